import { type Batch, LowbitError } from '@lowbit/core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { separateArguments } from '../model/call-arguments.js';
import { makeWeights } from '../model/internals.js';
import { checkBatch } from './check-batch.js';

/** The batch's inputs as tensors, in the order of the model's, which can then be called. The caller disposes them. Throws `invalid-argument`, and makes none. */
export function batchInputs(model: LayersModel, batch: Batch): tf.Tensor[] {
  // A Sequential model that was loaded knows the names of its inputs when it is built.
  if (!model.built) makeWeights(model);
  separateArguments(model);
  checkBatch(batch, model.inputNames);
  const { inputs } = batch;
  const checked = model.inputNames.map((name, i) => {
    const given = (inputs[name] ?? Object.values(inputs)[0]) as Batch['inputs'][string];
    const { shape = [], dtype = 'float32' } = model.inputs[i] ?? {};
    checkShape(name, shape, given);
    return { ...given, dtype };
  });
  return checked.map(({ dtype, ...given }) => tensorOf(given, dtype));
}

/** Values as a tensor; integers keep all their bits. The caller disposes it. */
export function tensorOf(
  { data, shape }: Batch['inputs'][string],
  dtype: tf.DataType = 'float32',
): tf.Tensor {
  if (dtype === 'float32') return tf.tensor(Float32Array.from(data), [...shape]);
  return tf.tidy(() => tf.cast(tf.tensor(Int32Array.from(data), [...shape], 'int32'), dtype));
}

/** Number of samples of a batch. */
export function batchSize({ inputs }: Batch): number {
  return Object.values(inputs)[0]?.shape[0] ?? 0;
}

/**
 * Checks that an input has the shape that a model declares for it, in which null is any size.
 *
 * @throws LowbitError `invalid-argument`.
 */
export function checkShape(
  name: string,
  expected: readonly (number | null)[],
  { shape, data }: Batch['inputs'][string],
): void {
  const fits =
    shape.length === expected.length && expected.every((size, axis) => size === null || size === shape[axis]);
  if (fits && tf.util.sizeFromShape([...shape]) === data.length) return;
  throw new LowbitError({
    code: 'invalid-argument',
    where: `batch: input '${name}'`,
    expected: `shape [${expected.map((size) => size ?? 'any').join(', ')}], and as many values`,
    received: `shape [${shape.join(', ')}] and ${data.length} values`,
  });
}
