import { type Quantizer, range, toFloat32, toScale } from '@lowbit/core/method';
import type { Affine } from './even-grid.js';
import { overRanges } from './over-ranges.js';
import { widths } from './widths.js';

/**
 * Dynamic fixed point: two's complement integers times a power of two that each slice chooses for itself.
 *
 *     q(x)    = s · clip(round(x / s), −2^(b−1), 2^(b−1) − 1),   s = 2^(⌈log₂ max|x|⌉ − (b − 1))
 *     ∂q/∂x   = 1                                                (straight-through)
 *
 * Assumes that the range matters more than the spacing, as on hardware that can only shift: the step is up
 * to twice as wide as it had to be, and a largest positive value that is a power of two is clipped by one
 * step. Expect it to fail below 4 bits (on normal values it loses 86 % of the variance at 2 bits).
 *
 * Shape: any; a slice is whatever shares s. Weights, 2 to 16 bits (with 1 bit only −2s and 0 would be left).
 *
 * Parameters: a scale s, a power of two, and the offset −2^(b−1)·s, in units of the weights. A slice whose
 * values are all equal has scale 0 and decodes to that value.
 *
 * Example: at 3 bits the weights −0.7, 0.1, 0.9 have s = 2^(0 − 2) = 0.25; they become −0.75, 0, 0.75.
 *
 * Source: P. Gysel, M. Motamedi, S. Ghiasi, "Hardware-oriented Approximation of Convolutional Neural
 * Networks", 2016, arXiv:1604.03168 (Ristretto), dynamic fixed point.
 *
 * Deviations: rounding is half to even; a constant slice is exact, which fixed-point hardware would not be.
 */
export function fixedPoint(): Quantizer {
  return {
    kind: 'quantizer',
    api: 2,
    name: 'fixed-point',
    summary: 'integers times a power of two',
    paper: 'Gysel et al., 2016, arXiv:1604.03168',
    roles: ['weight'],
    bits: { weight: widths(2, 16) },
    grids: { 'zero-point': {}, symmetric: {} },
    fit(values, { bits }) {
      const { min, max } = range(values);
      return overRange(bits, min, max);
    },
    fitRanges: (ranges, { bits }) => overRanges(ranges, (min, max) => overRange(bits, min, max)),
  };
}

function overRange(bits: number, min: number, max: number): Affine {
  const levels = 2 ** bits;
  if (min === max) return { kind: 'affine', levels, scale: 0, offset: min };
  const scale = toScale(2 ** (exponentAbove(Math.max(-min, max)) - (bits - 1)));
  return { kind: 'affine', levels, scale, offset: toFloat32((-levels / 2) * scale) };
}

/** The smallest integer e with 2^e ≥ value > 0; corrects the last-digit errors of `Math.log2`. */
function exponentAbove(value: number): number {
  const guess = Math.ceil(Math.log2(value));
  if (2 ** guess < value) return guess + 1;
  return 2 ** (guess - 1) >= value ? guess - 1 : guess;
}
