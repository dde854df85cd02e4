import {
  type AffineScheme,
  type FitContext,
  range,
  type GridKind,
  type Options,
  type OptionSchema,
  type Quantizer,
} from '@lowbit/core/method';
import { bestEnd, bestGrid, candidateEnds } from './best-end.js';
import { constantGrid, withZero, type Affine } from './even-grid.js';
import { gridsWithZero, symmetricGrids } from './anchored-grids.js';
import { freeGrids, onlySlice, type SearchOfGrids } from './free-grids.js';
import { gridOptions } from './grid-option.js';
import { clippingSteps } from './search-steps.js';
import { cutGrid, levelsOption, symmetricGrid, type SymmetricLevels } from './symmetric-grid.js';
import { weightedPoints, type WeightedPoints } from './weighted-points.js';
import { widths } from './widths.js';

/** Options of {@link mse}. */
export interface MseOptions {
  /**
   * `even`: levels lie anywhere, which is finest. `zero-point`: 0 is exactly a level, as integer runtimes and padding want it.
   * `symmetric`: 0 is the middle one. `auto` (default): `even` for weights, but for slices in which more than 1 value in 20 is
   * exactly 0, and `zero-point` for activations, as `even` is there too.
   */
  readonly grid?: 'auto' | GridKind;
  /** Of a symmetric grid; default `full`. */
  readonly levels?: SymmetricLevels;
}

const options: OptionSchema = {
  grid: {
    type: 'choice',
    default: 'auto',
    values: ['auto', 'even', 'zero-point', 'symmetric'],
    help: 'even: levels lie anywhere; zero-point: 0 is a level; symmetric: 0 in the middle; auto: even for weights unless many are 0',
  },
  levels: levelsOption,
};

/** Times that the upper end is searched for the best lower end, and the other way round. */
const rounds = 2;

/**
 * Least-squares clipping: evenly spaced levels over the range [low, high] within the values whose rounding and clipping
 * together make the smallest mean squared error.
 *
 *     q(x)    = s · u + low,   u = clip(round((x − low) / s), 0, 2^b − 1),   s = (high − low) / (2^b − 1)
 *     ∂q/∂x   = 1              (straight-through)
 *
 * and where 0 is a level (`zero-point`)
 *
 *     q(x)    = s · (u − z),   u = clip(round(x / s) + z, 0, 2^b − 1),   z = clip(round(−low / s), 0, 2^b − 1)
 *
 * Weights: the grids that `min-max` tries, then ranges that are cut by 5 to 35 % at both ends, then the best one with its ends moved
 * by 12, 6, 3 and 1.5 % one after the other, refitted by least squares (`clippingSteps`). The error is never larger than that of
 * `min-max`, with `zero-point` than that of the whole range with 0. Values that lie on an even grid already are not changed.
 *
 * Where the inputs of a weight were seen, the error of each value counts as much as its `importance`: what is least then is nearer to
 * the error of the outputs, as in the k-quants of llama.cpp with an importance matrix.
 *
 * Activations: 0 is a level, as padding needs it; the ends are searched for in turns among 81 shares (1, 0.99 … 0.2) of the largest
 * and smallest value, both extended to include 0. With `grid: 'symmetric'`, q(x) = s · clip(round(x / s), −n, p) as in `absmax`, both
 * sides are cut alike. Rounding is half to even.
 *
 * Assumes that the squared error of the values is what hurts the network. One outlier among many small values is given up.
 *
 * Shape: any; a slice is whatever shares s. Weights and activations, 2 to 8 bits. Activations are seen through a histogram of 2048
 * bins.
 *
 * Parameters: a scale s and, unless symmetric, an offset low or −z·s, in units of the values.
 *
 * Example: at 2 bits the weights −1, −0.9, 1, 1.1, 3 on a symmetric grid with `levels: 'odd'` have s = 1.4, the mean of their sizes.
 *
 * Source: common practice; for instance M. Nagel et al., "A White Paper on Neural Network Quantization", 2021,
 * arXiv:2106.08295, section 3.1, equation 11 (range setting by mean squared error).
 *
 * Deviations: the paper leaves the search open, and always has an integer zero point.
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
      const { bits, options: given } = context;
      const { min, max } = context.statistics ?? range(values);
      if (min === max)
        return given.grid === 'symmetric'
          ? symmetricGrid(bits, min, max, given)
          : constantGrid(2 ** bits, min);
      return context.role === 'activation'
        ? clipObserved(values, min, max, context)
        : onlySlice(clippedGrids(values, values.length, context));
    },
    fitRows: clippedGrids,
  };
}

/** Weights: where 0 need not be a level it is none, which makes the steps finer. */
function clippedGrids(values: Float32Array, length: number, context: FitContext): AffineScheme {
  const { bits, options: given, importance } = context;
  const levels = 2 ** bits;
  if (given.grid === 'symmetric') return symmetricGrids(values, length, bits, given, importance);
  const steps = clippingSteps(levels, length);
  const anchored: SearchOfGrids = (slices, _, own) => gridsWithZero(slices, length, levels, steps, own);
  if (given.grid === 'zero-point') return anchored(values, length, importance);
  const manyZeros = given.grid === 'auto' ? { manyZeros: anchored } : {};
  return freeGrids(values, length, { levels, steps, keeps: true, importance, ...manyZeros });
}

/** Activations: seen through a histogram. */
function clipObserved(values: Float32Array, min: number, max: number, context: FitContext): Affine {
  const { bits, options: given } = context;
  const points = weightedPoints(values, context);
  return given.grid === 'symmetric'
    ? searchSymmetric(points, bits, min, max, given)
    : searchEnds(points, 2 ** bits, Math.min(min, 0), Math.max(max, 0));
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
