import { range, type GridKind, type Options, type OptionSchema, type Quantizer } from '@lowbit/core/method';
import { bestEnd, bestGrid, candidateEnds } from './best-end.js';
import { constantGrid, withZero, type Affine } from './even-grid.js';
import { gridOption, gridOptions } from './grid-option.js';
import { cutGrid, levelsOption, symmetricGrid, type SymmetricLevels } from './symmetric-grid.js';
import { weightedPoints, type WeightedPoints } from './weighted-points.js';
import { widths } from './widths.js';

/** Options of {@link mse}. */
export interface MseOptions {
  /** Default `zero-point`. */
  readonly grid?: Exclude<GridKind, 'even'>;
  /** Of a symmetric grid; default `full`. */
  readonly levels?: SymmetricLevels;
}

const options: OptionSchema = { grid: gridOption, levels: levelsOption };

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
 * include 0. With `grid: 'symmetric'`, q(x) = s · clip(round(x / s), −n, p) as in `absmax`, and one share of the largest size is
 * searched, to which both sides are cut. Rounding is half to even. The error is never larger than that of the whole range.
 *
 * Assumes that the squared error of the values is what hurts the network. One outlier among many small values is given up.
 *
 * Shape: any; a slice is whatever shares s. Weights and activations, 2 to 8 bits. Slices above 4096 values, and
 * activations, are seen through a histogram of 2048 bins.
 *
 * Parameters: a scale s and, unless symmetric, an offset −z·s, in units of the values.
 *
 * Example: at 2 bits the weights −1, −0.9, 1, 1.1, 3 on a symmetric grid with `levels: 'odd'` have s = 1.41, between the one that is
 * clipped and the others.
 *
 * Source: common practice; for instance M. Nagel et al., "A White Paper on Neural Network Quantization", 2021,
 * arXiv:2106.08295, section 3.1, equation 11 (range setting by mean squared error).
 *
 * Deviations: the paper leaves the search open.
 */
export function mse(settings: MseOptions = {}): Quantizer {
  return {
    kind: 'quantizer',
    api: 2,
    name: 'mse',
    summary: 'evenly spaced levels over the range with the least squared error',
    paper: 'Nagel et al., 2021, arXiv:2106.08295',
    roles: ['weight', 'activation'],
    bits: { weight: widths(2, 8), activation: widths(2, 8) },
    options,
    configured: { ...settings },
    grids: gridOptions,
    fit(values, context) {
      const { min, max } = context.statistics ?? range(values);
      const { bits, options: given } = context;
      const symmetric = given.grid === 'symmetric';
      if (min === max) return symmetric ? symmetricGrid(bits, min, max, given) : constantGrid(2 ** bits, min);
      const points = weightedPoints(values, context);
      return symmetric
        ? searchSymmetric(points, bits, min, max, given)
        : searchEnds(points, 2 ** bits, Math.min(min, 0), Math.max(max, 0));
    },
  };
}

function searchSymmetric(
  points: WeightedPoints,
  bits: number,
  min: number,
  max: number,
  given: Options,
): Affine {
  const ends = candidateEnds(Math.max(-min, max));
  const grids = ends.map((end) => cutGrid(bits, min, max, end, given));
  return bestGrid(points, grids);
}

function searchEnds(points: WeightedPoints, levels: number, min: number, max: number): Affine {
  let [low, high] = [min, max];
  for (let round = 0; round < rounds; round++) {
    high = bestEnd(points, max, (end) => withZero(levels, low, end));
    low = bestEnd(points, min, (end) => withZero(levels, end, high));
  }
  return withZero(levels, low, high);
}
