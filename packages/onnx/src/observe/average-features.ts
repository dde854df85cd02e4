import { sizeOf } from '@lowbit/core/adapter';
import type { FeatureAxes } from '../operators/operator.js';

/**
 * Averages a tensor over all axes but those of samples and channels: a matrix `[samples, channels]`, row-major. Several
 * consecutive rows of the batch axis may belong to one sample, as after time was folded into it.
 *
 * @returns `undefined` when the batch axis does not divide evenly among the samples
 */
export function averageFeatures(
  values: ArrayLike<number>,
  shape: readonly number[],
  { batch, channels }: FeatureAxes,
  samples: number,
): Float32Array | undefined {
  const rows = shape[batch] ?? 0;
  if (rows === 0 || rows % samples !== 0 || values.length === 0) return undefined;
  const dimensions = channels.reduce((product, axis) => product * (shape[axis] as number), 1);
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  const indexOn = (axis: number, at: number) =>
    Math.floor(at / (strides[axis] as number)) % (shape[axis] as number);
  const sums = new Float64Array(samples * dimensions);
  for (let at = 0; at < values.length; at++) {
    const sample = Math.floor((indexOn(batch, at) * samples) / rows);
    const channel = channels.reduce((index, axis) => index * (shape[axis] as number) + indexOn(axis, at), 0);
    const slot = sample * dimensions + channel;
    sums[slot] = (sums[slot] as number) + (values[at] as number);
  }
  const count = values.length / sums.length;
  return Float32Array.from(sums, (sum) => sum / count);
}
