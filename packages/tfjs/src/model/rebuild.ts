import * as tf from '@tensorflow/tfjs-core';
import * as tfLayers from '@tensorflow/tfjs-layers';
import { separateArguments } from './call-arguments.js';
import { checkClasses } from './check-classes.js';
import { topologyFailed, topologyOf } from './topology.js';
import { withoutInitializers } from './without-initializers.js';
import { topologyJson } from './internals.js';
import { mendWasmKernels } from '../wasm-kernels/mend-wasm-kernels.js';

/**
 * A new model with the same topology, or the one given, and zeros for weights, not compiled. The caller disposes it. Throws
 * `layer-unsupported` when the topology cannot be made again; no tensor is left behind then.
 */
export async function rebuild(
  model: tfLayers.LayersModel,
  topology = topologyOf(model),
): Promise<tfLayers.LayersModel> {
  checkClasses(model);
  mendWasmKernels();
  const before = new Set(variables());
  // Building is done when `modelFromJSON` returns its promise, so `tidy` catches what a failed build leaves.
  let built: Promise<tfLayers.LayersModel> | undefined;
  tf.tidy(() => {
    built = withoutInitializers(() => tfLayers.models.modelFromJSON(topologyJson(topology)));
  });
  const created = variables().filter((variable) => !before.has(variable));
  try {
    const copy = await (built as unknown as Promise<tfLayers.LayersModel>);
    separateArguments(copy);
    return copy;
  } catch (cause) {
    created.forEach((variable) => variable.dispose());
    throw topologyFailed(model, cause);
  }
}

function variables(): tf.Variable[] {
  return Object.values(tf.engine().state.registeredVariables);
}
