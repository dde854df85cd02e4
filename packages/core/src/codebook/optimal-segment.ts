import { errorAbout, meanOf, type WeightedPoints } from './weighted-points.js';

/** A run of points between two fixed levels, either of which may be missing. */
export interface Segment {
  readonly from: number;
  /** One beyond the last point. */
  readonly to: number;
  readonly below?: number;
  readonly above?: number;
}

/** The best ways to place free levels in a segment. */
export interface SegmentOptimum {
  /** Least squared error with 0, 1, 2 … free levels. Infinite where nothing would serve the points. */
  readonly errors: readonly number[];
  /** The free levels, ascending, of the best way to place `count`. */
  levels(count: number): number[];
}

/** One row of the dynamic program: the first i points, the last of the k free levels serving the last of them. */
interface Row {
  readonly points: WeightedPoints;
  /** The first point. */
  readonly from: number;
  /**
   * Three numbers for each cut j, side by side because they are read together: the least error of the first j points
   * with one level less, minus their sum of squares; their moment; their weight.
   */
  readonly before: Float64Array;
  readonly errors: Float64Array;
  /** Where the points of the last level begin. */
  readonly cuts: Int32Array;
}

/**
 * Least squared error of a segment with 0 … `most` free levels besides its ends, by dynamic programming over
 * the number of levels. Each row is filled by divide and conquer: as the error of a run satisfies the quadrangle inequality, the
 * best cut never moves left when points are added. Time most · n · log n, memory 4 · most · n bytes and
 * 32 · n more.
 *
 * Source: the monotone cuts are those of X. Wu, "Optimal quantization by matrix searching", J. Algorithms
 * 12, 1991.
 */
export function optimalSegment(points: WeightedPoints, segment: Segment, most: number): SegmentOptimum {
  const count = segment.to - segment.from;
  let errors = servedFromBelow(points, segment);
  const ends = [bestEnd(points, segment, errors, 0)];
  const cuts: Int32Array[] = [];
  for (let k = 1; k <= Math.min(most, count); k++) {
    const row = nextRow(points, segment, errors);
    // The last row is needed only where it ends, and without a level below the first level begins at the first point.
    const first = k === most && segment.above === undefined ? count : k;
    const lastCut = k === 1 && segment.below === undefined ? 0 : count - 1;
    fillRow(row, first, count, k - 1, lastCut);
    errors = row.errors;
    cuts.push(row.cuts);
    ends.push(bestEnd(points, segment, errors, k));
  }
  return {
    errors: ends.map((end) => end.error),
    levels: (k) => trace(points, segment, cuts, k, ends[k]?.at as number),
  };
}

/** Errors of the first i points when the level below serves them all. */
function servedFromBelow(points: WeightedPoints, { from, to, below }: Segment): Float64Array {
  return Float64Array.from({ length: to - from + 1 }, (_, i) => {
    if (below === undefined) return i === 0 ? 0 : Infinity;
    return errorAbout(points, below, from, from + i);
  });
}

/** The number of points that free levels and the one below serve; the level above serves the rest. */
function bestEnd(
  points: WeightedPoints,
  { from, to, above }: Segment,
  errors: Float64Array,
  k: number,
): { readonly error: number; readonly at: number } {
  const count = to - from;
  if (above === undefined) return { error: errors[count] as number, at: count };
  let best = { error: Infinity, at: count };
  for (let at = k; at <= count; at++) {
    const error = (errors[at] as number) + errorAbout(points, above, from + at, to);
    if (error < best.error) best = { error, at };
  }
  return best;
}

function nextRow(points: WeightedPoints, { from }: Segment, errors: Float64Array): Row {
  const { weight, moment, square } = points;
  const before = new Float64Array(3 * errors.length);
  for (let j = 0; j < errors.length; j++) {
    before[3 * j] = (errors[j] as number) - (square[from + j] as number);
    before[3 * j + 1] = moment[from + j] as number;
    before[3 * j + 2] = weight[from + j] as number;
  }
  return {
    points,
    from,
    before,
    errors: new Float64Array(errors.length).fill(Infinity),
    cuts: new Int32Array(errors.length),
  };
}

/** Fills the entries `low` … `high`, whose cuts lie in `lowCut` … `highCut`. */
function fillRow(row: Row, low: number, high: number, lowCut: number, highCut: number): void {
  if (low > high) return;
  const middle = (low + high) >> 1;
  const cut = fillEntry(row, middle, lowCut, Math.min(highCut, middle - 1));
  fillRow(row, low, middle - 1, lowCut, cut);
  fillRow(row, middle + 1, high, cut, highCut);
}

/** Finds the best cut of one entry by looking at all from `lowCut` to `highCut`. */
function fillEntry(
  { points: { weight, moment, square }, from, before, errors, cuts }: Row,
  entry: number,
  lowCut: number,
  highCut: number,
): number {
  const mass = weight[from + entry] as number;
  const sum = moment[from + entry] as number;
  let best = Infinity;
  let at = 3 * lowCut;
  for (let j = at; j <= 3 * highCut; j += 3) {
    const first = sum - (before[j + 1] as number);
    const error = (before[j] as number) - (first * first) / (mass - (before[j + 2] as number));
    if (error < best) {
      best = error;
      at = j;
    }
  }
  const cut = at / 3;
  errors[entry] = best + (square[from + entry] as number);
  cuts[entry] = cut;
  return cut;
}

function trace(
  points: WeightedPoints,
  { from }: Segment,
  cuts: readonly Int32Array[],
  count: number,
  end: number,
): number[] {
  const levels: number[] = [];
  for (let k = count, to = end; k > 0; k--) {
    const cut = cuts[k - 1]?.[to] as number;
    levels.unshift(meanOf(points, from + cut, from + to));
    to = cut;
  }
  return levels;
}
