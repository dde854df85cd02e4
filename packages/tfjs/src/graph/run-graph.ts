import type { Batch, RunOptions, RunOutputs } from '@lowbit/core';
import { checkPortOptions } from '@lowbit/core/adapter';
import * as tf from '@tensorflow/tfjs-core';
import { checkShape, tensorOf } from '../observe/batch-tensors.js';
import { checkBatch } from '../observe/check-batch.js';
import { checkLength, runBatches, stranger, type NamedTensors } from '../observe/run.js';
import type { GraphTopology } from './graph-topology.js';

/** An input that a graph declares; −1 is any size. */
interface GraphInput {
  readonly name: string;
  readonly dtype: tf.DataType;
  readonly shape?: readonly number[];
}

/** What is used of a `tf.GraphModel` that is loaded. */
export interface RunningGraph {
  readonly inputs: readonly GraphInput[];
  readonly outputNodes: readonly string[];
  /** By name of the constant. */
  readonly weights: Record<string, tf.Tensor[]>;
  execute(inputs: tf.NamedTensorMap, outputs: readonly string[]): tf.Tensor | tf.Tensor[];
  executeAsync(inputs: tf.NamedTensorMap, outputs: readonly string[]): Promise<tf.Tensor | tf.Tensor[]>;
}

/**
 * Runs a graph model that is loaded; see `ModelPort.run`. Constants have other values while a batch is computed, and their own
 * between two batches. The names that can be wanted are those of the nodes outside functions, with `:1` and so on for further outputs.
 */
export async function* runGraph(
  live: object,
  { node }: GraphTopology,
  batches: Iterable<Batch> | AsyncIterable<Batch>,
  options: RunOptions = {},
): AsyncGenerator<RunOutputs> {
  checkPortOptions('run', options);
  const model = live as RunningGraph;
  const { replace = new Map<string, Float32Array>(), want = [] } = options;
  for (const [id, { length }] of replace) {
    const weight = Object.hasOwn(model.weights, id) ? model.weights[id]?.[0] : undefined;
    if (weight === undefined)
      throw stranger('replace', 'ids of weights of the model', id, Object.keys(model.weights));
    checkLength(id, weight.size, length);
  }
  const names = node.map(({ name }) => name);
  for (const name of want)
    if (!names.includes(name.replace(/:\d+$/, ''))) throw stranger('want', 'names of nodes', name, names);
  const outputs = [...new Set([...model.outputNodes, ...want])];
  yield* runBatches(batches, options, (batch) =>
    withConstants(model, replace, () => computed(model, batch, outputs)),
  );
}

/** Runs with some constants holding other values. */
export async function withConstants<R>(
  { weights }: RunningGraph,
  replace: ReadonlyMap<string, Float32Array>,
  run: () => Promise<R>,
): Promise<R> {
  const before = [...replace.keys()].map((id) => [id, weights[id] as tf.Tensor[]] as const);
  const own = before.map(([id, [tensor]]) => tf.tensor(replace.get(id) as Float32Array, tensor?.shape));
  try {
    before.forEach(([id], i) => (weights[id] = [tf.keep(own[i] as tf.Tensor)]));
    return await run();
  } finally {
    for (const [id, tensors] of before) weights[id] = tensors;
    tf.dispose(own);
  }
}

/** What a batch gives, which the caller disposes. */
export async function computed(
  model: RunningGraph,
  batch: Batch,
  outputs: readonly string[],
): Promise<NamedTensors> {
  checkBatch(
    batch,
    model.inputs.map(({ name }) => name),
  );
  const inputs = Object.fromEntries(
    model.inputs.map((input) => {
      const given = (batch.inputs[input.name] ?? Object.values(batch.inputs)[0]) as Batch['inputs'][string];
      checkInput(input, given);
      return [input.name, tensorOf(given, input.dtype)];
    }),
  );
  try {
    const tensors = await executed(model, inputs, outputs);
    return Object.fromEntries(outputs.map((name, i) => [name, tensors[i] as tf.Tensor]));
  } finally {
    tf.dispose(inputs);
  }
}

function checkInput({ name, shape }: GraphInput, given: Batch['inputs'][string]): void {
  if (shape !== undefined)
    checkShape(
      name,
      shape.map((size) => (size < 0 ? null : size)),
      given,
    );
}

/** Graphs with control flow, and those alone, have to be run the other way. What is given is the caller's. */
export async function executed(
  model: RunningGraph,
  inputs: tf.NamedTensorMap,
  outputs: readonly string[],
): Promise<readonly tf.Tensor[]> {
  try {
    return tf.tidy(() => listOf(model.execute(inputs, outputs)).map((tensor) => tf.clone(tensor)));
  } catch (error) {
    if (!(error instanceof Error) || !error.message.includes('executeAsync')) throw error;
  }
  const given = [...Object.values(inputs), ...Object.values(model.weights).flat()];
  const tensors = listOf(await model.executeAsync(inputs, outputs));
  return tensors.map((tensor) => (given.includes(tensor) ? tf.clone(tensor) : tensor));
}

const listOf = (result: tf.Tensor | tf.Tensor[]) => (Array.isArray(result) ? result : [result]);
