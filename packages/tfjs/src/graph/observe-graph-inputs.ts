import type { Batch, LayerDescriptor } from '@lowbit/core';
import {
  type CaptureInputsOptions,
  checkPortOptions,
  type InputCapture,
  type InputsOfWeights,
  type ObserveInputsOptions,
} from '@lowbit/core/adapter';
import * as tf from '@tensorflow/tfjs-core';
import { checkBatch } from '../observe/check-batch.js';
import { captureInputs } from '../observe/inputs/capture-inputs.js';
import { observeInputs, type WatchedModel, type WatchedWeight } from '../observe/inputs/observe-inputs.js';
import { naming } from '../observe/naming.js';
import { computed, type RunningGraph, withConstants } from './run-graph.js';

/** Observes what the weights of a graph model that is loaded are multiplied with; see `ModelPort.observeInputs`. */
export function observeGraphInputs(
  live: object,
  layers: readonly LayerDescriptor[],
  batches: Iterable<Batch> | AsyncIterable<Batch>,
  options: ObserveInputsOptions,
): Promise<InputsOfWeights> {
  const model = live as RunningGraph;
  const watched = watchedWeights(model, layers, 'observeInputs', options);
  return observeInputs(watchedModel(model), watched, batches, options);
}

/** Observes them one after the other, while weights change; see `ModelPort.captureInputs`. For graphs that need not run as a whole. */
export function captureGraphInputs(
  live: object,
  layers: readonly LayerDescriptor[],
  batches: Iterable<Batch> | AsyncIterable<Batch>,
  options: CaptureInputsOptions,
): Promise<InputCapture> {
  const model = live as RunningGraph;
  const watched = watchedWeights(model, layers, 'captureInputs', options);
  const own = watched.flatMap(({ id, held }) =>
    held().map((tensor) => [id, tensor.dataSync<'float32'>()] as const),
  );
  const changeable = {
    ...watchedModel(model),
    // All are replaced in each run: the executor copies tensors of its own, and does not copy those that are kept.
    withValues: <R>(values: ReadonlyMap<string, Float32Array>, run: () => Promise<R>) =>
      withConstants(model, new Map(own.map(([id, before]) => [id, values.get(id) ?? before])), run),
  };
  return captureInputs(changeable, watched, batches, options);
}

function watchedWeights(
  model: RunningGraph,
  layers: readonly LayerDescriptor[],
  call: 'observeInputs' | 'captureInputs',
  options: ObserveInputsOptions,
): readonly WatchedWeight[] {
  const weights = new Map(layers.flatMap((layer) => layer.weights).map((weight) => [weight.id, weight]));
  checkPortOptions(call, options, [...weights.keys()]);
  return [...new Set(options.weights)].map((id) => {
    const { shape, outputAxes } = weights.get(id)!;
    return { id, shape, outputAxes, held: () => model.weights[id] ?? [] };
  });
}

function watchedModel(model: RunningGraph): WatchedModel {
  const names = model.inputs.map(({ name }) => name);
  const check = (batch: Batch) => checkBatch(batch, names);
  const run = async (batch: Batch) =>
    tf.dispose(await naming('observe', () => computed(model, batch, model.outputNodes)));
  return { check, run };
}
