import {
  fitClusters as fitFrom,
  refitClusters as refitFrom,
  quantiles,
  type Clusters,
  type FitContext,
  type RefitContext,
  type WeightedPoints,
} from '@lowbit/core/method';
import { ladder } from './ladder.js';
import { clusterCount, clusterOptions } from './options.js';

/** Step 1 of the method: clusters the values of one slice, from the start that the options name. */
export function fitClusters(values: Float32Array, context: FitContext): Clusters {
  const options = clusterOptions(context.options, context.bits);
  return fitFrom(values, context, options, (points) => startOf(points, context));
}

/** Clusters again from the last centroids; those of frozen values stay. */
export function refitClusters(values: Float32Array, context: RefitContext): Clusters {
  return refitFrom(values, context, clusterOptions(context.options, context.bits));
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
