import { toScale, type SliceParameters } from '@lowbit/core';
import { justBelow } from './just-below.js';

/**
 * The codebook −α, 0, α that takes exactly the values with |x| > Δ to ±α.
 *
 * @param threshold Δ ≥ 0. Values are float32, so it may be rounded down to float32.
 */
export function ternaryCodebook(alpha: number, threshold: number): SliceParameters {
  const level = toScale(alpha);
  const rounded = Math.fround(threshold);
  const delta = rounded > threshold ? justBelow(rounded) : rounded;
  return {
    kind: 'codebook',
    values: Float32Array.of(-level, 0, level),
    thresholds: Float32Array.of(justBelow(-delta), delta),
  };
}
