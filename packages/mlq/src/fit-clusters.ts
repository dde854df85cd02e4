import {
  fitClusters as fitFrom,
  floorLog2,
  refitClusters as refitFrom,
  type Clusters,
  type FitContext,
  type RefitContext,
  type WeightedPoints,
} from '@lowbit/core/method';
import { clusterOptions } from './options.js';

/** Clusters the values of one slice from 0, m and −m, m the largest power of two that is not above max|x|. */
export function fitClusters(values: Float32Array, context: FitContext): Clusters {
  return fitFrom(values, context, clusterOptions(context.options), startOf);
}

/** Clusters again from the last centroids; those of frozen values stay. */
export function refitClusters(values: Float32Array, context: RefitContext): Clusters {
  return refitFrom(values, context, clusterOptions(context.options));
}

function startOf({ values }: WeightedPoints): readonly number[] {
  const largest = Math.max(-(values[0] ?? 0), values[values.length - 1] ?? 0);
  const rung = largest === 0 ? 0 : 2 ** floorLog2(largest);
  return [0, rung, -rung];
}
