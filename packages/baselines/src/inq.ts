import {
  codebookOf,
  floorLog2,
  type OptionSchema,
  type Quantizer,
  range,
  sortedPoints,
} from '@lowbit/core/method';
import { widths } from './widths.js';

/** Options of {@link inq}. */
export interface InqOptions {
  /** Whether levels that no value takes are stored too (`all`, default), so that a code tells its exponent, or not. */
  readonly levels?: 'all' | 'used';
}

const options: OptionSchema = {
  levels: {
    type: 'choice',
    default: 'all',
    values: ['all', 'used'],
    help: 'which levels are stored: all, so that a code tells its exponent, or only those in use',
  },
};

/**
 * INQ quantizes weights to 0 and signed powers of two; trained with `inqSchedule`, it freezes the largest weights first
 * and lets the others make up for them.
 *
 *     q(x)    = nearest of 0, ±2^n2, …, ±2^n1,   n1 = ⌊log2(4 · max|x| / 3)⌋,   n2 = n1 + 1 − 2^(b−2)
 *     ∂q/∂x   = 1                                (straight-through; the paper's training has no q in its forward pass)
 *
 * Assumes many small values. The levels are dense near 0 and a factor of 2 apart at the ends: from 4 bits on more bits
 * only add levels near 0, and the error of large values stays.
 *
 * Shape: any. A slice is whatever shares n1; the paper has one a layer (granularity `tensor`). Weights only, 2 to 8
 * bits; 2^(b−1) + 1 levels, as the paper counts one bit for 0.
 *
 * Parameters: a codebook of the levels in units of the weights. `refit` keeps it: n1 is that of the first fit.
 *
 * Example: at 3 bits the weights −1.3, 0.3, 0.8, 1.9 have n1 = 1 and n2 = 0, hence the levels −2, −1, 0, 1, 2, and become
 * −1, 0, 1, 2.
 *
 * Source: A. Zhou, A. Yao, Y. Guo, L. Xu, Y. Chen, "Incremental Network Quantization: Towards Lossless CNNs with
 * Low-Precision Weights", ICLR 2017, arXiv:1702.03044, equations 1 to 4.
 *
 * Deviations: (1) when it is coded, a positive value midway between two levels goes to the lower one, the paper's rule to
 * the upper. (2) Levels that float32 cannot hold are left out. (3) Every slice has its n1; with one slice a tensor it is
 * the paper's method.
 */
export function inq(settings: InqOptions = {}): Quantizer {
  return {
    kind: 'quantizer',
    api: 2,
    name: 'inq',
    summary: '0 and signed powers of two',
    paper: 'Zhou et al., Incremental Network Quantization, ICLR 2017, arXiv:1702.03044',
    roles: ['weight'],
    bits: { weight: widths(2, 8) },
    options,
    configured: { ...settings },
    fit(values, { bits, options: { levels } }) {
      const { min, max } = range(values);
      const all = powers(Math.max(-min, max), bits);
      return codebookOf(sortedPoints(values), all, levels === 'all' ? all : []);
    },
    refit: (_values, { previous }) => previous,
  };
}

/** 0 and ±2^n2 … ±2^n1 for the largest magnitude; 0 alone when that is 0. */
function powers(largest: number, bits: number): readonly number[] {
  if (largest === 0) return [0];
  const top = floorLog2((4 * largest) / 3);
  const magnitudes = Array.from({ length: 2 ** (bits - 2) }, (_, i) => 2 ** (top - i));
  return [0, ...magnitudes, ...magnitudes.map((magnitude) => -magnitude)];
}
