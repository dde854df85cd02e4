import { binnedPoints } from './binned-points.js';
import { sortedPoints } from './sorted-points.js';
import type { WeightedPoints } from './weighted-points.js';

/** Up to this many values the optimum is computed on the values themselves. */
const mostSorted = 100_000;

/** The points that `optimalCodebook` takes by default: all values up to 100,000, beyond that a histogram. */
export function codebookPoints(values: Float32Array, importance?: Float32Array): WeightedPoints {
  if (values.length <= mostSorted) return sortedPoints(values, importance);
  return binnedPoints(values, importance === undefined ? {} : { importance });
}
