import * as tf from '@tensorflow/tfjs-core';
import type { LayerVariable } from '@tensorflow/tfjs-layers';

/** The variable behind a layer's. */
export function tensorOf(variable: LayerVariable): tf.Variable {
  return variable.read() as tf.Variable;
}

/** Sets a variable to numbers, past pins and constraints. */
export function setValues(variable: tf.Variable, values: Float32Array): void {
  tf.tidy(() => setTensor(variable, tf.tensor(values, variable.shape, variable.dtype)));
}

/** Runs with some variables holding other values, which are then put back bit for bit. */
export async function withValues<R>(
  values: ReadonlyMap<tf.Variable, Float32Array>,
  run: () => Promise<R>,
): Promise<R> {
  const before = [...values.keys()].map(
    (variable) => [variable, tf.tidy(() => tf.keep(tf.clone(variable)))] as const,
  );
  try {
    for (const [variable, numbers] of values) setValues(variable, numbers);
    return await run();
  } finally {
    for (const [variable, value] of before) {
      setTensor(variable, value);
      value.dispose();
    }
  }
}

function setTensor(variable: tf.Variable, value: tf.Tensor): void {
  tf.Variable.prototype.assign.call(variable, value);
}
