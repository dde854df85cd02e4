import type { FitContext, RefitContext } from '../plugin/quantizer.js';
import { clusterLevels, type ClusterOptions } from './cluster-levels.js';
import { codebookPoints } from './codebook-points.js';
import { distinctLevels, frozenLevels } from './frozen-levels.js';
import { sortedPoints } from './sorted-points.js';
import type { WeightedPoints } from './weighted-points.js';

/** What clustering found. */
export interface Clusters {
  readonly points: WeightedPoints;
  /** The centroids, in no particular order; some may have no values. */
  readonly levels: ArrayLike<number>;
  /** Those that frozen values need. */
  readonly kept: readonly number[];
}

/**
 * Clusters the values of one slice.
 *
 * @param startOf Gives the centroids to start from.
 */
export function fitClusters(
  values: Float32Array,
  { importance }: FitContext,
  options: ClusterOptions,
  startOf: (points: WeightedPoints) => ArrayLike<number>,
): Clusters {
  const points = pointsOf(values, importance, options);
  return { points, levels: clusterLevels(points, startOf(points), options), kept: [] };
}

/** Clusters again from the last centroids; those of frozen values stay. */
export function refitClusters(
  values: Float32Array,
  { importance, frozen, previous }: RefitContext,
  options: ClusterOptions,
): Clusters {
  const points = pointsOf(values, importance, options);
  const kept = frozenLevels(values, frozen);
  return { points, levels: clusterLevels(points, distinctLevels(previous), { ...options, kept }), kept };
}

/** Steps need the values themselves; the optimum may be computed on a histogram of many. */
function pointsOf(
  values: Float32Array,
  importance: Float32Array | undefined,
  { exact }: ClusterOptions,
): WeightedPoints {
  return (exact ? codebookPoints : sortedPoints)(values, importance);
}
