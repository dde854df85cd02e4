import { checkOptionNames } from '../errors/check-option-names.js';
import { defined } from '../contract/defined.js';
import { LowbitError } from '../errors/error.js';
import { codebookError, countBelow } from './cells.js';
import { optimalSegment, type Segment, type SegmentOptimum } from './optimal-segment.js';
import { type WeightedPoints, checkPoints } from './weighted-points.js';

export interface OptimalCodebook {
  /** Ascending; fewer than asked for when there are fewer points. */
  readonly levels: Float64Array;
  /** Weighted squared error; for a histogram a bound of it from above. */
  readonly error: number;
  /**
   * `error` is at most this much above the least that any such codebook can have on the values themselves:
   * 0 for sorted values (up to float64 rounding).
   */
  readonly gap: number;
}

/**
 * The codebook of at most `levels` levels, `fixed` ones among them, with the least weighted squared error on
 * the points.
 *
 * On a histogram the error is bounded: moving all values of a bin that a threshold splits to the better side
 * costs at most g · Σ|x − mean| ≤ g · √(weight · hidden error), g the distance of the two levels; the g of all
 * thresholds add up to at most the range. So `gap` = range · `blur`.
 *
 * Throws `invalid-argument` unless `levels` is an integer ≥ 1 and not below the number of fixed levels.
 *
 * @example
 * optimalCodebook(sortedPoints(Float32Array.of(1, 2, 9, 10)), 2).levels; // 1.5, 9.5
 */
export function optimalCodebook(
  points: WeightedPoints,
  levels: number,
  options: { readonly fixed?: readonly number[] } = {},
): OptimalCodebook {
  const where = 'optimalCodebook(points, levels, options)';
  checkPoints(points, where);
  checkOptionNames(options, ['fixed'], where);
  const { fixed = [] } = options;
  const kept = Float64Array.from(new Set(fixed)).sort();
  checkLevels(levels, kept.length);
  const segments = segmentsOf(points, kept);
  const optima = segments.map((segment) => optimalSegment(points, segment, levels - kept.length));
  const counts = shareOut(optima, levels - kept.length);
  const free = optima.flatMap((optimum, s) => optimum.levels(counts[s] as number));
  const all = Float64Array.from([...kept, ...free]).sort();
  return { levels: all, error: codebookError(points, all), gap: points.blur * widthOf(points, kept) };
}

/** The runs of points between neighbouring fixed levels. */
function segmentsOf({ values }: WeightedPoints, kept: Float64Array): Segment[] {
  const starts = [0, ...Array.from(kept, (level) => countBelow(values, level))];
  return starts.map((from, s) => {
    const [below, above] = [kept[s - 1], kept[s]];
    return {
      from,
      to: starts[s + 1] ?? values.length,
      ...defined({ below, above }),
    };
  });
}

/** How many of the free levels each segment gets, so that the sum of errors is least. */
function shareOut(optima: readonly SegmentOptimum[], free: number): readonly number[] {
  let best: { readonly error: number; readonly counts: readonly number[] }[] = [{ error: 0, counts: [] }];
  for (const { errors } of optima) {
    best = Array.from({ length: free + 1 }, (_, total) => {
      let least: (typeof best)[number] = { error: Infinity, counts: [] };
      errors.slice(0, total + 1).forEach((error, count) => {
        const before = best[Math.min(total - count, best.length - 1)] as (typeof best)[number];
        const sum = before.error + error;
        if (sum < least.error) least = { error: sum, counts: [...before.counts, count] };
      });
      return least;
    });
  }
  return (best[free] as (typeof best)[number]).counts;
}

function widthOf({ values }: WeightedPoints, kept: Float64Array): number {
  const ends = [values[0], values[values.length - 1], kept[0], kept[kept.length - 1]];
  const known = ends.filter((end) => end !== undefined);
  return known.length === 0 ? 0 : Math.max(...known) - Math.min(...known);
}

function checkLevels(levels: number, fixed: number): void {
  if (Number.isInteger(levels) && levels >= Math.max(1, fixed)) return;
  throw new LowbitError({
    code: 'invalid-argument',
    where: 'optimalCodebook',
    expected: `a whole number of levels, at least ${Math.max(1, fixed)}`,
    received: String(levels),
  });
}
