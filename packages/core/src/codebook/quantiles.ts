import type { WeightedPoints } from './weighted-points.js';

/**
 * `count` points that split the weight evenly: the first is the point at the share 1 / (2 · count) of the
 * weight, each next one a share of 1 / count further. Ascending; points that are heavy may come twice. No
 * points give zeros.
 */
export function quantiles({ values, weight }: WeightedPoints, count: number): Float64Array {
  const total = weight[values.length] as number;
  let point = 0;
  return Float64Array.from({ length: count }, (_, i) => {
    const share = ((i + 0.5) / count) * total;
    while (point + 1 < values.length && (weight[point + 1] as number) < share) point++;
    return values[point] ?? 0;
  });
}
