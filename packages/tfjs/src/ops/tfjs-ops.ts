import type { Ops } from '@lowbit/core/adapter';
import * as tf from '@tensorflow/tfjs-core';

/**
 * The interpreter of quantizer arithmetic for TensorFlow.js, on any backend: every operator broadcasts as numpy
 * does and gives float32. Each call makes tensors; run it inside `tf.tidy`.
 */
export const tfjsOps: Ops<tf.Tensor> = {
  constant: (value) =>
    typeof value === 'number'
      ? tf.scalar(value, 'float32')
      : tf.tensor(Float32Array.from(value.data), [...value.shape], 'float32'),
  add: (a, b) => tf.add(a, b),
  sub: (a, b) => tf.sub(a, b),
  mul: (a, b) => tf.mul(a, b),
  div: (a, b) => tf.div(a, b),
  abs: (a) => tf.abs(a),
  sqrt: (a) => tf.sqrt(a),
  tanh: (a) => tf.tanh(a),
  // tf.sign(0) is 0, so the sign is made from a comparison: 2·[a ≥ 0] − 1.
  sign: (a) => tf.sub(tf.mul(tf.cast(tf.greaterEqual(a, tf.zerosLike(a)), 'float32'), 2), 1),
  // tf.round rounds ties to even on every backend.
  round: (a) => tf.round(a),
  floor: (a) => tf.floor(a),
  clip: (a, low, high) => tf.clipByValue(a, low, high),
  greater(a, b) {
    const shape = commonShape(a, b);
    return tf.cast(tf.greater(stretched(a, shape), stretched(b, shape)), 'float32');
  },
  where,
  mean: (a, axes) => tf.mean(a, axes === undefined ? undefined : [...axes], true),
  max: (a, axes) => tf.max(a, axes === undefined ? undefined : [...axes], true),
};

function where(mask: tf.Tensor, yes: tf.Tensor, no: tf.Tensor): tf.Tensor {
  const shape = commonShape(mask, yes, no);
  const isYes = tf.cast(stretched(mask, shape), 'bool');
  return tf.where(isYes, stretched(yes, shape), stretched(no, shape));
}

function commonShape(...tensors: readonly tf.Tensor[]): number[] {
  const { assertAndGetBroadcastShape } = tf.backend_util;
  return tensors.reduce<number[]>((shape, tensor) => assertAndGetBroadcastShape(shape, tensor.shape), []);
}

/** Broadcast by adding 0: on wasm comparisons and tf.where are tens of times slower when they broadcast themselves. */
function stretched(a: tf.Tensor, shape: readonly number[]): tf.Tensor {
  return tf.util.arraysEqual(a.shape, [...shape]) ? a : tf.add(a, tf.fill([...shape], 0));
}
