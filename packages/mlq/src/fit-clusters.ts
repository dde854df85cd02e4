import {
  clusterLevels,
  codebookPoints,
  distinctLevels,
  type FitContext,
  floorLog2,
  frozenLevels,
  type RefitContext,
  sortedPoints,
  type WeightedPoints,
} from '@lowbit/core';
import { clusterOptions } from './options.js';

/** What clustering found. */
export interface Clusters {
  readonly points: WeightedPoints;
  /** At most three centroids, in no particular order; some may have no values. */
  readonly levels: ArrayLike<number>;
  /** Those that frozen values need. */
  readonly kept: readonly number[];
}

/** Clusters the values of one slice from 0, m and −m, m the largest power of two that is not above max|x|. */
export function fitClusters(values: Float32Array, context: FitContext): Clusters {
  const points = pointsOf(values, context);
  const levels = clusterLevels(points, startOf(points), clusterOptions(context.options));
  return { points, levels, kept: [] };
}

/** Clusters again from the last centroids; those of frozen values stay. */
export function refitClusters(values: Float32Array, context: RefitContext): Clusters {
  const points = pointsOf(values, context);
  const kept = frozenLevels(values, context.frozen);
  const previous = distinctLevels(context.previous);
  const levels = clusterLevels(points, previous, { ...clusterOptions(context.options), kept });
  return { points, levels, kept };
}

/** Steps need the values themselves; the optimum may be computed on a histogram of many. */
function pointsOf(values: Float32Array, { options, importance }: FitContext): WeightedPoints {
  const make = clusterOptions(options).exact ? codebookPoints : sortedPoints;
  return make(values, importance);
}

function startOf({ values }: WeightedPoints): readonly number[] {
  const largest = Math.max(-(values[0] ?? 0), values[values.length - 1] ?? 0);
  const rung = largest === 0 ? 0 : 2 ** floorLog2(largest);
  return [0, rung, -rung];
}
