import type { Batch } from '@lowbit/core';
import { checkArgument, type ModelValue, type OutputValues } from '@lowbit/core/adapter';
import * as tf from '@tensorflow/tfjs-core';
import { tensorOf } from './batch-tensors.js';
import { checkBatch } from './check-batch.js';

/** @throws LowbitError `invalid-argument` for a name that is no text. */
export function checkName(name: unknown, where: string): void {
  checkArgument(typeof name === 'string', name, { where, expected: 'what the model is called in errors' });
}

/**
 * The values that a model is given as tensors, in the order of its inputs. The caller disposes them.
 *
 * @throws LowbitError `invalid-argument` as `checkBatch`; none is made then.
 */
export function inputTensors(inputs: readonly ModelValue[], given: Batch['inputs']): tf.Tensor[] {
  const names = inputs.map(({ name }) => name);
  checkBatch({ inputs: given }, names);
  return tf.tidy(() =>
    inputs.map(({ name, type }) =>
      tensorOf((given[name] ?? Object.values(given)[0]) as Batch['inputs'][string], type as tf.DataType),
    ),
  );
}

/** The values of tensors, which are freed, by the names of outputs. */
export async function outputValues(
  outputs: readonly ModelValue[],
  tensors: readonly tf.Tensor[],
): Promise<Readonly<Record<string, OutputValues>>> {
  try {
    const values = await Promise.all(tensors.map((tensor) => tensor.data()));
    const shapes = tensors.map(({ shape }) => shape);
    return Object.fromEntries(
      outputs.map(({ name }, i) => [name, { shape: shapes[i], data: values[i] } as OutputValues]),
    );
  } finally {
    tf.dispose([...tensors]);
  }
}
