import type { Ops } from '@lowbit/core';
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
  sign: (a) => tf.sub(tf.mul(tf.cast(tf.greaterEqual(a, 0), 'float32'), 2), 1),
  // tf.round rounds ties to even on every backend.
  round: (a) => tf.round(a),
  floor: (a) => tf.floor(a),
  clip: (a, low, high) => tf.clipByValue(a, low, high),
  greater: (a, b) => tf.cast(tf.greater(a, b), 'float32'),
  where,
  mean: (a, axes) => tf.mean(a, axes === undefined ? undefined : [...axes], true),
  max: (a, axes) => tf.max(a, axes === undefined ? undefined : [...axes], true),
};

/** tf.where stretches scalars to length 1 where the result is empty. */
function where(mask: tf.Tensor, yes: tf.Tensor, no: tf.Tensor): tf.Tensor {
  const { assertAndGetBroadcastShape } = tf.backend_util;
  const shape = assertAndGetBroadcastShape(assertAndGetBroadcastShape(mask.shape, yes.shape), no.shape);
  return shape.includes(0) ? tf.zeros(shape) : tf.where(tf.cast(mask, 'bool'), yes, no);
}
