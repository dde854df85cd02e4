import { toScale, type Ops, type SliceParameters } from '@lowbit/core/method';
import { sliceMean } from './slice-statistics.js';

/** The mean of |x|; 0 for no values. */
export function meanSize(values: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.abs(values[i] as number);
  return values.length === 0 ? 0 : sum / values.length;
}

/** The sign times the mean of |x|, as parameters: the best of all α · sign(x) in squared error. */
export function fitScaledSign(values: Float32Array): SliceParameters {
  return { kind: 'residual', scales: Float32Array.of(toScale(meanSize(values))) };
}

/** The sign times the mean of |x| over each slice, measured from x. */
export function scaledSign<T>(ops: Ops<T>, x: T): T {
  return ops.mul(ops.sign(x), sliceMean(ops, ops.abs(x)));
}
