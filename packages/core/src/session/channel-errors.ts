import type { RoundingLayout } from '../contract/rounder.js';
import { dot } from '../numeric/dot.js';

/** Channels whose errors are summed together, so that a row of the matrix is read once for all of them. */
const together = 8;

/**
 * The mean squared error of the output of each channel, d G dᵀ.
 *
 * @param d What the weights are off, `[channels, inputs]`. @param gram G, the mean of x xᵀ over the inputs x.
 */
export function channelErrors(
  d: Float64Array,
  gram: Float32Array,
  { channels, inputs }: Omit<RoundingLayout, 'slices'>,
): Float64Array {
  const errors = new Float64Array(channels);
  for (let first = 0; first < channels; first += together)
    for (let i = 0; i < inputs; i++)
      for (let channel = first; channel < Math.min(channels, first + together); channel++) {
        const row = channel * inputs;
        const own = d[row + i] as number;
        if (own === 0) continue;
        // The matrix is symmetric: what is right of its diagonal counts twice.
        const right = dot(gram, i * inputs + i + 1, d, row + i + 1, inputs - i - 1);
        errors[channel]! += own * (own * (gram[i * inputs + i] as number) + 2 * right);
      }
  return errors;
}
