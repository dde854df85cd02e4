import { errorAbout, type WeightedPoints } from './weighted-points.js';

/**
 * The cells of ascending levels: `ends[i]` … `ends[i + 1] − 1` are the points nearest to level i. A point
 * midway between two levels goes to the lower one, or to the upper one where `upperWins[i]` is 1 for the pair
 * (i, i + 1). K bisections.
 */
export function cellEnds(points: WeightedPoints, levels: Float64Array, upperWins?: Uint8Array): Int32Array {
  const ends = new Int32Array(levels.length + 1);
  for (let i = 0; i + 1 < levels.length; i++) {
    const middle = ((levels[i] as number) + (levels[i + 1] as number)) / 2;
    ends[i + 1] = countBelow(points.values, middle, upperWins?.[i] !== 1);
  }
  ends[levels.length] = points.values.length;
  return ends;
}

/**
 * Weighted squared error of the points when each takes the nearest of the levels. For points from a histogram
 * this bounds the error of the values from above.
 */
export function codebookError(points: WeightedPoints, levels: ArrayLike<number>): number {
  const ascending = Float64Array.from(levels).sort();
  const ends = cellEnds(points, ascending);
  const error = ascending.reduce(
    (sum, level, i) => sum + errorAbout(points, level, ends[i] as number, ends[i + 1] as number),
    points.hidden,
  );
  return Math.max(0, error);
}

/** Number of ascending values below the limit, or (`orEqual`) not above it, by bisection. */
export function countBelow(values: Float64Array, limit: number, orEqual = false): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const value = values[middle] as number;
    if (value < limit || (orEqual && value === limit)) low = middle + 1;
    else high = middle;
  }
  return low;
}
