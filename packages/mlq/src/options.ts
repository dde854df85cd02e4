import type { ClusterOptions, Options, OptionSchema } from '@lowbit/core/method';

/** Which layers are quantized first; see `mlqSchedule`. */
export type LayerOrder = 'loss' | 'depth';

export const layerOrders: readonly LayerOrder[] = ['loss', 'depth'];

/** Options of {@link mlq} and {@link emlq}. */
export interface MlqOptions {
  /**
   * Whether the middle centroid is `free` (default: a mean near 0, as in the released code) or stays exactly 0
   * (`pinned`), as bit-packed kernels want it.
   */
  readonly zero?: 'free' | 'pinned';
  /** Lloyd steps until nothing moves (`converged`, default, at most 300), or 10 as in the released code. */
  readonly iterations?: 'converged' | 'official';
  /**
   * `lloyd` (default) is k-means from 0, m and −m; `exact` the codebook with the least squared error there is, above
   * 100,000 values computed on a histogram.
   */
  readonly solver?: 'lloyd' | 'exact';
  /** Read by `mlqSchedule` unless that is given an order of its own. Default `loss`. */
  readonly order?: LayerOrder;
}

export const mlqOptionSchema: OptionSchema = {
  zero: {
    type: 'choice',
    default: 'free',
    values: ['free', 'pinned'],
    help: 'the middle centroid: free (a mean near 0) or pinned (exactly 0)',
  },
  iterations: {
    type: 'choice',
    default: 'converged',
    values: ['converged', 'official'],
    help: 'steps of k-means: converged (at most 300) or official (10, as in the released code)',
  },
  solver: {
    type: 'choice',
    default: 'lloyd',
    values: ['lloyd', 'exact'],
    help: 'lloyd (k-means), or exact (the least squared error there is)',
  },
  order: {
    type: 'choice',
    default: 'loss',
    values: layerOrders,
    help: 'for training with mlqSchedule: which layers are quantized first',
  },
};

/** Steps of the released code. */
const officialIterations = 10;

/** How clusters are found, for core's `fitClusters`. */
export function clusterOptions(options: Options): ClusterOptions {
  const { zero, iterations, solver } = options as Required<MlqOptions>;
  return {
    pinned: zero === 'pinned' ? [0] : [],
    exact: solver === 'exact',
    ...(iterations === 'official' ? { iterations: officialIterations } : {}),
  };
}
