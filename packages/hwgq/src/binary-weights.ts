import { type Ops, type SliceParameters, toScale } from '@lowbit/core';

/** α = mean |w| of a filter, the scale that loses least with signs. */
export function fitBinaryWeights(values: Float32Array): SliceParameters {
  const sum = values.reduce((total, value) => total + Math.abs(value), 0);
  const alpha = values.length === 0 ? 0 : toScale(sum / values.length);
  return { kind: 'residual', scales: Float32Array.of(alpha) };
}

/** α · sgn(w) for a matrix with a filter in each row; α is measured anew, so it follows the weights as they train. */
export function binaryWeights<T>(ops: Ops<T>, weights: T): T {
  return ops.mul(ops.sign(weights), ops.mean(ops.abs(weights), [1]));
}
