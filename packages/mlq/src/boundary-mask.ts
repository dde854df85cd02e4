import { type Cluster, clusterMap, type ScheduledWeight } from '@lowbit/core';

/**
 * 1 where a value belongs to the boundary clusters of its slice: the lowest and the highest level; of two levels the one
 * farther from 0; all values of a slice with one level, or of a weight that its codebook represents exactly.
 */
export function boundaryMask(weight: ScheduledWeight): Uint8Array {
  const map = clusterMap(weight);
  if (map.slices.flat().every(({ error }) => error === 0)) return map.mask(() => true);
  const boundary = new Set(map.slices.flatMap(boundaryOf));
  return map.mask((cluster) => boundary.has(cluster));
}

function boundaryOf(clusters: readonly Cluster[]): readonly Cluster[] {
  const [first, last] = [clusters[0], clusters[clusters.length - 1]];
  if (first === undefined || last === undefined || clusters.length === 1) return clusters;
  if (clusters.length > 2) return [first, last];
  return [Math.abs(first.level) > Math.abs(last.level) ? first : last];
}
