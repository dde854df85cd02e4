import { ascendingOrder } from './ascending-order.js';
import { checkImportance } from './importance.js';
import { cumulate, type WeightedPoints } from './weighted-points.js';

/**
 * Every distinct value as a point, weighted with how often it occurs, or with the sum of its `importance`
 * (one number ≥ 0 a value; values of importance 0 are left out, unless all are). Sorts: n · log n.
 * Throws `invalid-argument` for importance of another length or with a number that is negative or not finite.
 */
export function sortedPoints(values: Float32Array, importance?: Float32Array): WeightedPoints {
  if (!checkImportance(values, importance)) return merge(values.slice().sort());
  const order = ascendingOrder(values);
  const ascending = Float32Array.from(order, (index) => values[index] as number);
  const weights = Float64Array.from(order, (index) => importance[index] as number);
  return merge(ascending, weights);
}

/** One point for each run of equal values. Without weights each value counts 1. */
function merge(ascending: Float32Array, weights?: Float64Array): WeightedPoints {
  const values = new Float64Array(ascending.length);
  const merged = new Float64Array(ascending.length);
  let count = 0;
  for (let i = 0; i < ascending.length; i++) {
    const mass = weights === undefined ? 1 : (weights[i] as number);
    if (mass === 0) continue;
    if (count === 0 || values[count - 1] !== ascending[i]) values[count++] = ascending[i] as number;
    merged[count - 1]! += mass;
  }
  return cumulate(values.subarray(0, count), merged.subarray(0, count));
}
