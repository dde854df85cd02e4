import { type OptionSchema, type Quantizer, range } from '@lowbit/core/method';
import { onSymmetricGridOf } from './measured-grid.js';
import { overRanges } from './over-ranges.js';
import { levelsOption, symmetricGrid, type SymmetricLevels } from './symmetric-grid.js';
import { widths } from './widths.js';

/** Options of {@link absmax}. */
export interface AbsmaxOptions {
  /** Default `full`. */
  readonly levels?: SymmetricLevels;
}

const options: OptionSchema = { levels: levelsOption };

/**
 * Absmax quantization spreads its levels evenly around 0, which is one of them.
 *
 *     q(x)    = s · clip(round(x / s), −n, p)
 *     ∂q/∂x   = 1                                (straight-through)
 *
 * With all 2^b levels the side that reaches farther gets the extra one: with H = 2^(b−1) it has H, the other H − 1, and
 * s = max(far / H, near / (H − ½)), where far and near are the largest sizes on the two sides. With `levels: 'odd'` both sides have
 * L = H − 1 and s = max|x| / L; one of the 2^b codes stays unused, so at 2 bits only −s, 0 and s are left.
 * Rounding is half to even.
 *
 * Assumes values about as large on both sides of 0. Every value lies within half a step of a level; one
 * outlier widens the step for the whole slice.
 *
 * Shape: any; a slice is whatever shares s. Weights, 2 to 16 bits (with 1 bit 0 and one side would be left).
 *
 * Parameters: a scale s in units of the weights, and a zero point, H or H − 1 (one for all with `odd`). A slice of zeros has
 * scale 0. During training s is measured anew in every pass.
 *
 * Example: at 3 bits the weights −1.5, 0.2, 0.6 have s = 0.375; they become −1.5, 0.375, 0.75. With `odd`, s = 0.5 and they
 * become −1.5, 0, 0.5.
 *
 * Source: common practice; for instance H. Wu et al., "Integer Quantization for Deep Learning Inference:
 * Principles and Empirical Evaluation", 2020, arXiv:2004.09602, section 3.1.2 (scale quantization), which is `odd`.
 *
 * Deviations: the default uses the code that the paper leaves unused. A slice whose values are all equal to c decodes to c up to
 * the float32 rounding of s.
 */
export function absmax(settings: AbsmaxOptions = {}): Quantizer {
  return {
    kind: 'quantizer',
    api: 2,
    name: 'absmax',
    summary: 'evenly spaced levels, symmetric about 0',
    paper: 'Wu et al., 2020, arXiv:2004.09602',
    roles: ['weight'],
    bits: { weight: widths(2, 16) },
    options,
    configured: { ...settings },
    grids: { 'zero-point': {}, symmetric: { levels: 'odd' } },
    fit(values, { bits, options: given }) {
      const { min, max } = range(values);
      return symmetricGrid(bits, min, max, given);
    },
    fitRanges: (ranges, { bits, options: given }) =>
      overRanges(ranges, (min, max) => symmetricGrid(bits, min, max, given)),
    fitsInForward: true,
    forward: (ops, x, { bits, options: given }) => onSymmetricGridOf(ops, x, bits, given),
  };
}
