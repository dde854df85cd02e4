import { nearestLevel, type Ops, type Quantizer, range } from '@lowbit/core/method';
import { sliceMax } from './slice-statistics.js';

/** The levels of 4-bit NormalFloat, as the paper lists them. */
const normalFloat4 = Float32Array.of(
  ...[-1, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453],
  ...[-0.28444138169288635, -0.18477343022823334, -0.09105003625154495, 0],
  ...[0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224],
  ...[0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1],
);

/**
 * 4-bit NormalFloat: sixteen fixed levels, denser where normal values are, scaled to the largest size.
 *
 *     q(x)    = s · v[i],   i = the nearest of the levels v to x / s,   s = max|x|
 *     ∂q/∂x   = 1           (straight-through)
 *
 * The levels are quantiles of a normal distribution, eight above 0 and seven below, divided by the largest; 0 is one of them.
 *
 * Assumes normal values about 0 in short slices, whose largest sizes are about as many deviations: groups of 64 as in the paper,
 * or of 32. Long slices reach farther, and the levels then lie too far out; take `slq` or `ul2q` there.
 *
 * Shape: any; a slice is whatever shares s. Weights, 4 bits. The levels are stored once for all slices.
 *
 * Parameters: a scale s in units of the weights. A slice of zeros has scale 0. During training s is measured anew in every pass.
 *
 * Example: the weights −2, 0.1, 0.5, 1.4 have s = 2; they become −2, 0.159, 0.492, 1.446.
 *
 * Source: T. Dettmers, A. Pagnoni, A. Holtzman, L. Zettlemoyer, "QLoRA: Efficient Finetuning of Quantized LLMs", NeurIPS 2023,
 * arXiv:2305.14314, section 3 and appendix E (the levels).
 *
 * Deviations: scales are not quantized by themselves (the paper's double quantization): choose their storage by
 * `parameterStorage`, `float16` or `two-level`.
 */
export function nf4(): Quantizer {
  return {
    kind: 'quantizer',
    api: 2,
    name: 'nf4',
    summary: 'sixteen fixed levels, quantiles of a normal distribution',
    paper: 'Dettmers et al., QLoRA, NeurIPS 2023, arXiv:2305.14314',
    roles: ['weight'],
    bits: { weight: [4] },
    fit(values) {
      const { min, max } = range(values);
      return { kind: 'codebook', values: normalFloat4, scale: Math.max(-min, max, 0) };
    },
    fitsInForward: true,
    forward: (ops, x) => onLevels(ops, x, normalFloat4),
  };
}

/** A matrix on fixed levels times the largest size of each row. */
function onLevels<T>(ops: Ops<T>, x: T, levels: Float32Array): T {
  const scale = sliceMax(ops, ops.abs(x));
  const times = (factor: number) => ops.mul(scale, ops.constant(factor));
  const thresholds = Array.from(levels.subarray(1), (level, i) => times((level + (levels[i] as number)) / 2));
  return nearestLevel(ops, x, { kind: 'codebook', values: Array.from(levels, times), thresholds });
}
