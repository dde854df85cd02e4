import type { Batch } from '@lowbit/core';
import type {
  CaptureInputsOptions,
  InputCapture,
  InputsOfWeights,
  ObserveInputsOptions,
} from '@lowbit/core/adapter';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel, LayerVariable } from '@tensorflow/tfjs-layers';
import { describeLayer } from '../../describe/describe-layer.js';
import { surveyModel } from '../../model/survey.js';
import { tensorOf, withValues } from '../../model/variable-values.js';
import { batchInputs } from '../batch-tensors.js';
import { naming } from '../naming.js';
import type { WeightView } from './channel-order.js';
import { captureInputs } from './capture-inputs.js';
import { observeInputs, type WatchedModel, type WatchedWeight } from './observe-inputs.js';

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
  return observeInputs(watchedModel(model), watchedWeights(weights, options), batches, options);
}

/** Observes them one after the other, while weights change; see `ModelPort.captureInputs`. */
export function captureLayers(
  model: LayersModel,
  weights: readonly LayersWeight[],
  batches: Iterable<Batch> | AsyncIterable<Batch>,
  options: CaptureInputsOptions,
): Promise<InputCapture> {
  const variables = new Map(weights.map((weight) => [weight.id, weight.variables]));
  const changeable = {
    ...watchedModel(model),
    withValues: <R>(values: ReadonlyMap<string, Float32Array>, run: () => Promise<R>) =>
      withValues(
        new Map(
          [...values].flatMap(([id, numbers]) =>
            (variables.get(id) ?? []).map((variable) => [tensorOf(variable), numbers] as const),
          ),
        ),
        run,
      ),
  };
  return captureInputs(changeable, watchedWeights(weights, options), batches, options);
}

const watchedWeights = (
  weights: readonly LayersWeight[],
  options: ObserveInputsOptions,
): readonly WatchedWeight[] => {
  const wanted = new Set(options.weights);
  return weights
    .filter(({ id }) => wanted.has(id))
    .map((weight): WatchedWeight => ({
      ...weight,
      held: () => weight.variables.map((variable) => tf.tidy(() => variable.read())),
    }));
};

function watchedModel(model: LayersModel): WatchedModel {
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
  return { check, run };
}
