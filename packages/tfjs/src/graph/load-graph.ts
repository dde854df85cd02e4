import { LowbitError } from '@lowbit/core';
import { checkOptions, optionTypes } from '@lowbit/core/adapter';
import { tidy, type io } from '@tensorflow/tfjs-core';
import { loadGraphModelSync, type GraphModel } from '@tensorflow/tfjs-converter';
import { expandWeights } from '../load/weight-data.js';
import { rememberArtifacts } from './loaded-artifacts.js';
import { readGraph, type GraphSource } from './read-graph.js';
import { mendWasmKernels } from '../wasm-kernels/mend-wasm-kernels.js';

export interface LoadGraphOptions {
  /** Share of the weight files that have arrived, 0 … 1, where the source is a URL. */
  readonly onProgress?: (share: number) => void;
}

/**
 * Loads a graph model that lowbit saved or made, packed or plain; models that TensorFlow.js can load itself load too. Packed
 * weights become float32 once, at load. The result is an ordinary GraphModel. When loading fails, no tensor is left behind.
 *
 * @throws LowbitError `file-missing`, `model-malformed` (also for a layers model), `model-truncated`, `packed-data`; what the
 *   handler throws.
 * @example
 * const model = await loadGraph('https://example.org/small/model.json');
 */
export async function loadGraph(source: GraphSource, options: LoadGraphOptions = {}): Promise<GraphModel> {
  mendWasmKernels();
  checkOptions(options, { onProgress: optionTypes.callback }, 'loadGraph');
  const { artifacts, where } = await readGraph(source, options.onProgress);
  const { weightSpecs, weightData, packed } = expandWeights(artifacts, where);
  const model = built({ ...artifacts, weightSpecs, weightData }, where);
  if (packed.size > 0) rememberArtifacts(model, artifacts);
  return model;
}

function built(artifacts: io.ModelArtifacts, where: string): GraphModel {
  const models: GraphModel[] = [];
  try {
    tidy(() => {
      const model = loadGraphModelSync(artifacts) as unknown as GraphModel;
      models.push(model);
      return model.weights;
    });
    return models[0] as GraphModel;
  } catch (cause) {
    throw new LowbitError(
      {
        code: 'model-malformed',
        where,
        expected: 'a graph that TensorFlow.js builds',
        received: cause instanceof Error ? cause.message : String(cause),
        remedy: 'Save or convert the model again.',
      },
      { cause },
    );
  }
}
