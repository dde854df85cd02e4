import type { ClusterOptions, Options, OptionSchema } from '@lowbit/core/method';

/** Which clusters are frozen first; see `slqSchedule`. */
export type FreezeOrder = 'loss' | 'magnitude' | 'squared-error';

export const freezeOrders: readonly FreezeOrder[] = ['loss', 'magnitude', 'squared-error'];

/** Options of {@link slq} and {@link eslq}. */
export interface SlqOptions {
  /** 2^(b−1) + 1 clusters as the paper has (`published`, default), or all 2^b that b bits can tell apart (`full`). */
  readonly clusters?: 'published' | 'full';
  /** Where k-means starts: the released code's `ladder` of signed powers of two (default), or evenly spaced quantiles. */
  readonly start?: 'ladder' | 'quantile';
  /** Whether one centroid stays exactly 0. Default `pinned`. */
  readonly zero?: 'pinned' | 'free';
  /** Lloyd steps until nothing moves (`converged`, default, at most 300), or 10 as in the released code. */
  readonly iterations?: 'converged' | 'official';
  /**
   * `lloyd` is k-means from the start; `exact` the codebook with the least squared error there is, which needs no start.
   * Above 100,000 values it is computed on a histogram, which for normal weights costs less than a thousandth of the
   * error. Default `auto`: `lloyd` up to 5 bits, the widths of the paper; `exact` beyond, where k-means gets stuck far
   * from the optimum.
   */
  readonly solver?: 'auto' | 'lloyd' | 'exact';
  /** Read by `slqSchedule` unless that is given an order of its own. Default `loss`. */
  readonly order?: FreezeOrder;
}

export const slqOptionSchema: OptionSchema = {
  clusters: {
    type: 'choice',
    default: 'published',
    values: ['published', 'full'],
    help: 'number of clusters: published (2^(b-1) + 1, zero among them) or full (2^b)',
  },
  start: {
    type: 'choice',
    default: 'ladder',
    values: ['ladder', 'quantile'],
    help: 'where k-means starts: ladder (signed powers of two) or quantile',
  },
  zero: {
    type: 'choice',
    default: 'pinned',
    values: ['pinned', 'free'],
    help: 'whether one centroid stays exactly 0',
  },
  iterations: {
    type: 'choice',
    default: 'converged',
    values: ['converged', 'official'],
    help: 'steps of k-means: converged (at most 300) or official (10, as in the released code)',
  },
  solver: {
    type: 'choice',
    default: 'auto',
    values: ['auto', 'lloyd', 'exact'],
    help: 'lloyd (k-means), exact (the least squared error there is), or auto (lloyd up to 5 bits)',
  },
  order: {
    type: 'choice',
    default: 'loss',
    values: freezeOrders,
    help: 'for training with slqSchedule: which clusters are frozen first',
  },
};

/** Steps of the released code. */
const officialIterations = 10;
/** The widest code of the paper: beyond it `auto` looks for the optimum. */
const widestPublished = 5;

/** How clusters are found, for core's `fitClusters`. */
export function clusterOptions(options: Options, bits: number): ClusterOptions {
  const { zero, iterations, solver } = options as Required<SlqOptions>;
  return {
    pinned: zero === 'pinned' ? [0] : [],
    exact: solver === 'exact' || (solver === 'auto' && bits > widestPublished),
    ...(iterations === 'official' ? { iterations: officialIterations } : {}),
  };
}

/** The number of clusters at a width: 2^b with the option `clusters=full`, otherwise 2^(b−1) + 1. */
export function clusterCount(options: Options, bits: number): number {
  return options['clusters'] === 'full' ? 2 ** bits : 2 ** (bits - 1) + 1;
}
