import { range, type OptionSchema, type Quantizer } from '@lowbit/core';
import { aroundZero, constantGrid, withZero, type Affine } from './even-grid.js';
import { gridOption, type GridKind } from './grid-option.js';
import { gridError, weightedPoints, type WeightedPoints } from './weighted-points.js';
import { widths } from './widths.js';

/** Options of {@link mse}. */
export interface MseOptions {
  /** Default `zero-point`. */
  readonly grid?: GridKind;
}

const options: OptionSchema = { grid: gridOption };

/** Ends of the range that are tried, as shares of the largest value: 1, 0.99 … 0.2. */
const shares = Array.from({ length: 81 }, (_, i) => 1 - i / 100);
/** Times that the upper end is searched for the best lower end, and the other way round. */
const rounds = 2;

/**
 * Least-squares clipping: evenly spaced levels over the range [low, high] within the values whose rounding and clipping
 * together make the smallest mean squared error.
 *
 *     q(x)    = s · (u − z),   u = clip(round(x / s) + z, 0, 2^b − 1)
 *     ∂q/∂x   = 1              (straight-through)
 *     s = (high − low) / (2^b − 1),   z = clip(round(−low / s), 0, 2^b − 1)
 *
 * The ends are searched for in turns among 81 shares (1, 0.99 … 0.2) of the largest and smallest value, both extended to
 * include 0. With `grid: 'symmetric'`, q(x) = s · clip(round(x / s), −L, L), L = 2^(b−1) − 1, and one share is searched.
 * Rounding is half to even. The error is never larger than that of the whole range.
 *
 * Assumes that the squared error of the values is what hurts the network. One outlier among many small values is given up.
 *
 * Shape: any; a slice is whatever shares s. Weights and activations, 2 to 8 bits. Slices above 4096 values, and
 * activations, are seen through a histogram of 2048 bins.
 *
 * Parameters: a scale s and, unless symmetric, an offset −z·s, in units of the values.
 *
 * Example: at 2 bits the weights −1, −0.9, 1, 1.1, 3 on a symmetric grid have s = 1.41, between the one that is clipped and
 * the others.
 *
 * Source: common practice; for instance M. Nagel et al., "A White Paper on Neural Network Quantization", 2021,
 * arXiv:2106.08295, section 3.1, equation 11 (range setting by mean squared error).
 *
 * Deviations: the paper leaves the search open.
 */
export function mse(settings: MseOptions = {}): Quantizer {
  return {
    kind: 'quantizer',
    api: 1,
    name: 'mse',
    summary: 'evenly spaced levels over the range with the least squared error',
    paper: 'Nagel et al., 2021, arXiv:2106.08295',
    roles: ['weight', 'activation'],
    bits: { weight: widths(2, 8), activation: widths(2, 8) },
    options,
    configured: { ...settings },
    fit(values, context) {
      const { min, max } = context.statistics ?? range(values);
      const { bits, options: given } = context;
      if (min === max) return constantGrid(2 ** bits, min);
      const points = weightedPoints(values, context);
      return given.grid === 'symmetric'
        ? searchSymmetric(points, bits, Math.max(-min, max))
        : searchEnds(points, 2 ** bits, Math.min(min, 0), Math.max(max, 0));
    },
  };
}

function searchSymmetric(points: WeightedPoints, bits: number, reach: number): Affine {
  return best(
    points,
    shares.map((share) => aroundZero(bits, share * reach)),
  );
}

function searchEnds(points: WeightedPoints, levels: number, min: number, max: number): Affine {
  let [low, high] = [min, max];
  for (let round = 0; round < rounds; round++) {
    high = bestEnd(points, max, (end) => withZero(levels, low, end));
    low = bestEnd(points, min, (end) => withZero(levels, end, high));
  }
  return withZero(levels, low, high);
}

/** The end of the range, among shares of the whole, whose grid has the least error; the widest of equal ones. */
function bestEnd(points: WeightedPoints, whole: number, gridTo: (end: number) => Affine): number {
  const ends = whole === 0 ? [0] : shares.map((share) => share * whole);
  const grids = ends.map(gridTo);
  return ends[grids.indexOf(best(points, grids))] as number;
}

function best(points: WeightedPoints, grids: readonly Affine[]): Affine {
  const errors = grids.map((grid) => gridError(points, grid));
  return grids[errors.indexOf(Math.min(...errors))] as Affine;
}
