import type { LayerDescriptor, ModelPort } from '@lowbit/core';
import { packedCost } from '@lowbit/core/adapter';
import type { KerasModel, KerasNetwork } from '../model.js';
import { readKeras, type KerasOptions } from '../read-keras.js';
import type { KerasSource } from '../source/source.js';
import { describeLayer } from './describe-layer.js';
import { kerasWriter } from './keras-writer.js';
import { leavesOf } from './leaves.js';

/** A model of Keras that can be quantized. */
export interface KerasPort extends ModelPort<KerasModel> {
  /** The model itself, read once. */
  model(): Promise<KerasModel>;
}

/**
 * A model of Keras for `quantize`: a file, or a model that was read already. The result is a model with packed weights, for `toLayersModel` of
 * `@lowbit/tfjs` and {@link tfjsArtifacts}. The port computes nothing: what needs data is done with `tfjs(await toLayersModel(model))`.
 *
 * @example
 * const { model, report } = await quantize(keras(bytes), { registry, bits: 4 });
 */
export function keras(source: KerasSource | KerasModel, options: KerasOptions = {}): KerasPort {
  let reading: Promise<KerasModel> | undefined;
  const model = () => (reading ??= isModel(source) ? Promise.resolve(source) : readKeras(source, options));
  return {
    name: 'keras',
    supports: { parameterStorage: ['float32', 'float16', 'two-level'], activations: true },
    model,
    layers: async () => describe((await model()).network),
    cost: packedCost,
    write: (outcome) => kerasWriter(model, outcome),
  };
}

function isModel(source: KerasSource | KerasModel): source is KerasModel {
  return 'network' in source && 'weights' in source;
}

/** The layers for the core, in the order in which they are called. */
function describe(network: KerasNetwork): Promise<readonly LayerDescriptor[]> {
  return Promise.all(leavesOf(network).map(describeLayer));
}
