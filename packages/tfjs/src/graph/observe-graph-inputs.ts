import type { Batch, LayerDescriptor } from '@lowbit/core';
import { checkPortOptions, type InputsOfWeights, type ObserveInputsOptions } from '@lowbit/core/adapter';
import * as tf from '@tensorflow/tfjs-core';
import { checkBatch } from '../observe/check-batch.js';
import { observeInputs } from '../observe/inputs/observe-inputs.js';
import { naming } from '../observe/naming.js';
import { computed, type RunningGraph } from './run-graph.js';

/** Observes what the weights of a graph model that is loaded are multiplied with; see `ModelPort.observeInputs`. */
export function observeGraphInputs(
  live: object,
  layers: readonly LayerDescriptor[],
  batches: Iterable<Batch> | AsyncIterable<Batch>,
  options: ObserveInputsOptions,
): Promise<InputsOfWeights> {
  const model = live as RunningGraph;
  const weights = new Map(layers.flatMap((layer) => layer.weights).map((weight) => [weight.id, weight]));
  checkPortOptions('observeInputs', options, [...weights.keys()]);
  const watched = [...new Set(options.weights)].map((id) => {
    const { shape, outputAxes } = weights.get(id)!;
    return { id, shape, outputAxes, held: () => model.weights[id] ?? [] };
  });
  const names = model.inputs.map(({ name }) => name);
  const check = (batch: Batch) => checkBatch(batch, names);
  const run = async (batch: Batch) =>
    tf.dispose(await naming('observe', () => computed(model, batch, model.outputNodes)));
  return observeInputs({ check, run }, watched, batches, options);
}
