import { type Quantizer, range, toScale } from '@lowbit/core';
import type { Affine } from './even-grid.js';
import { onSymmetricGrid } from './measured-grid.js';
import { overRanges } from './over-ranges.js';
import { widths } from './widths.js';

/**
 * Absmax quantization spreads an odd number of levels evenly over [−max|x|, max|x|], 0 in the middle.
 *
 *     q(x)    = s · clip(round(x / s), −L, L),   L = 2^(b−1) − 1,   s = max|x| / L
 *     ∂q/∂x   = 1                                (straight-through)
 *
 * Assumes values about as large on both sides of 0. Every value lies within half a step of a level; one
 * outlier widens the step for the whole slice. One of the 2^b codes stays unused, so at 2 bits only −s, 0
 * and s are left.
 *
 * Shape: any; a slice is whatever shares s. Weights, 2 to 16 bits (with 1 bit L would be 0).
 *
 * Parameters: a scale s in units of the weights, no offset. A slice of zeros has scale 0. During training s is measured
 * anew in every pass.
 *
 * Example: at 3 bits the weights −1.5, 0.2, 0.6 have s = 0.5; they become −1.5, 0, 0.5.
 *
 * Source: common practice; for instance H. Wu et al., "Integer Quantization for Deep Learning Inference:
 * Principles and Empirical Evaluation", 2020, arXiv:2004.09602, section 3.1.2 (scale quantization).
 *
 * Deviations: none known. A slice whose values are all equal to c decodes to c up to the float32 rounding of
 * s.
 */
export function absmax(): Quantizer {
  return {
    kind: 'quantizer',
    api: 1,
    name: 'absmax',
    summary: 'evenly spaced levels, symmetric about 0',
    paper: 'Wu et al., 2020, arXiv:2004.09602',
    roles: ['weight'],
    bits: { weight: widths(2, 16) },
    grids: { 'zero-point': {}, symmetric: {} },
    fit(values, { bits }) {
      const { min, max } = range(values);
      return overRange(bits, min, max);
    },
    fitRanges: (ranges, { bits }) => overRanges(ranges, (min, max) => overRange(bits, min, max)),
    live: true,
    forward: (ops, x, { bits }) => onSymmetricGrid(ops, x, largestCode(bits)),
  };
}

function overRange(bits: number, min: number, max: number): Affine {
  const largest = largestCode(bits);
  return { kind: 'affine', levels: 2 * largest + 1, scale: toScale(Math.max(-min, max) / largest) };
}

function largestCode(bits: number): number {
  return 2 ** (bits - 1) - 1;
}
