import type { HeldValues } from '@lowbit/core';
import * as tf from '@tensorflow/tfjs-core';

/**
 * Writes held values into a variable, and keeps them: every later assignment, by whatever optimizer, changes the other
 * values only. Optimizers move a variable by `assign` alone, so this holds under momentum, Adam and weight decay.
 *
 * @returns Takes the pin out again; the values stay.
 */
export function pinVariable(variable: tf.Variable, { values, mask }: HeldValues): () => void {
  const [held, isHeld] = tf.tidy(() => [
    tf.keep(tf.tensor(values, variable.shape, 'float32')),
    tf.keep(tf.tensor(mask, variable.shape, 'bool')),
  ]) as [tf.Tensor, tf.Tensor];
  const assign = variable.assign.bind(variable);
  variable.assign = (next) => tf.tidy(() => assign(tf.where(isHeld, held, next)));
  tf.tidy(() => variable.assign(tf.clone(variable)));
  return () => {
    delete (variable as Partial<tf.Variable>).assign;
    tf.dispose([held, isHeld]);
  };
}
