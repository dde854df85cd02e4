import type { Batch } from '@lowbit/core';
import type { InputsOfWeights, ObserveInputsOptions } from '@lowbit/core/adapter';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel, LayerVariable } from '@tensorflow/tfjs-layers';
import { describeLayer } from '../../describe/describe-layer.js';
import { surveyModel } from '../../model/survey.js';
import { batchInputs } from '../batch-tensors.js';
import { naming } from '../naming.js';
import type { WeightView } from './channel-order.js';
import { observeInputs, type WatchedWeight } from './observe-inputs.js';

/** A weight of a model of layers, with the variables that hold it. */
export interface LayersWeight extends WeightView {
  readonly id: string;
  readonly variables: readonly LayerVariable[];
}

/** The weights of a model that can be quantized. */
export function layersWeights(model: LayersModel): readonly LayersWeight[] {
  const all = surveyModel(model).flatMap((entry, depth) => {
    const variables = new Map(entry.variables.map(({ id, variable }) => [id, variable]));
    return describeLayer(entry, depth).weights.map(({ id, shape, outputAxes }) => ({
      ...{ id, shape, outputAxes },
      variables: [variables.get(id) as LayerVariable],
    }));
  });
  // What layers share has one id.
  return [...new Map(all.map((weight) => [weight.id, weight])).values()];
}

/** Observes a model of layers; see `ModelPort.observeInputs`. */
export function observeLayers(
  model: LayersModel,
  weights: readonly LayersWeight[],
  batches: Iterable<Batch> | AsyncIterable<Batch>,
  options: ObserveInputsOptions,
): Promise<InputsOfWeights> {
  const wanted = new Set(options.weights);
  const watched = weights
    .filter(({ id }) => wanted.has(id))
    .map((weight): WatchedWeight => ({
      ...weight,
      held: () => weight.variables.map((variable) => tf.tidy(() => variable.read())),
    }));
  const run = async (batch: Batch) => {
    const inputs = batchInputs(model, batch);
    try {
      await naming('observe', async () =>
        tf.tidy(() => void model.apply(inputs.length === 1 ? (inputs[0] as tf.Tensor) : inputs)),
      );
    } finally {
      tf.dispose(inputs);
    }
  };
  const check = (batch: Batch) => tf.dispose(batchInputs(model, batch));
  return observeInputs({ check, run }, watched, batches, options);
}
