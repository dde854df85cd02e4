import {
  clusterLevels,
  codebookPoints,
  distinctLevels,
  type FitContext,
  frozenLevels,
  quantiles,
  type RefitContext,
  sortedPoints,
  type WeightedPoints,
} from '@lowbit/core';
import { ladder } from './ladder.js';
import { clusterCount, clusterOptions } from './options.js';

/** What clustering found. */
export interface Clusters {
  readonly points: WeightedPoints;
  /** The centroids, in no particular order; some may have no values. */
  readonly levels: ArrayLike<number>;
  /** Those that frozen values need. */
  readonly kept: readonly number[];
}

/** Step 1 of the method: clusters the values of one slice, from the start that the options name. */
export function fitClusters(values: Float32Array, context: FitContext): Clusters {
  const points = pointsOf(values, context);
  const levels = clusterLevels(
    points,
    startOf(points, context),
    clusterOptions(context.options, context.bits),
  );
  return { points, levels, kept: [] };
}

/** Clusters again from the last centroids; those of frozen values stay. */
export function refitClusters(values: Float32Array, context: RefitContext): Clusters {
  const points = pointsOf(values, context);
  const kept = frozenLevels(values, context.frozen);
  const previous = distinctLevels(context.previous);
  const levels = clusterLevels(points, previous, { ...clusterOptions(context.options, context.bits), kept });
  return { points, levels, kept };
}

/** Steps need the values themselves; the optimum may be computed on a histogram of many. */
function pointsOf(values: Float32Array, { options, bits, importance }: FitContext): WeightedPoints {
  const make = clusterOptions(options, bits).exact ? codebookPoints : sortedPoints;
  return make(values, importance);
}

function startOf(points: WeightedPoints, { options, bits }: FitContext): Float64Array {
  const count = clusterCount(options, bits);
  if (options['start'] === 'ladder') return ladder(largestOf(points), count);
  if (options['zero'] === 'free') return quantiles(points, count);
  return Float64Array.of(0, ...quantiles(points, count - 1));
}

function largestOf({ values }: WeightedPoints): number {
  return Math.max(-(values[0] ?? 0), values[values.length - 1] ?? 0);
}
