import { io } from '@tensorflow/tfjs-core';
import { loadGraphModel, type GraphModel } from '@tensorflow/tfjs-converter';
import { expandWeights } from '../load/weight-data.js';
import { readGraph, type GraphSource } from './read-graph.js';

export interface LoadGraphOptions {
  /** Share of the weight files that have arrived, 0 … 1, where the source is a URL. */
  readonly onProgress?: (share: number) => void;
}

/**
 * Loads a graph model that lowbit saved or made, packed or plain; models that TensorFlow.js can load itself load too. Packed
 * weights become float32 once, at load. The result is an ordinary GraphModel.
 *
 * @throws LowbitError `file-missing`, `model-malformed` (also for a layers model), `model-truncated`, `packed-data`; what the
 *   handler and TensorFlow.js throw.
 * @example
 * const model = await loadGraph('https://example.org/small/model.json');
 */
export async function loadGraph(source: GraphSource, options: LoadGraphOptions = {}): Promise<GraphModel> {
  const { artifacts, where } = await readGraph(source, options.onProgress);
  const { weightSpecs, weightData } = expandWeights(artifacts, where);
  return loadGraphModel(io.fromMemory({ ...artifacts, weightSpecs, weightData }));
}
