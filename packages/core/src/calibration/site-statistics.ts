import type { InputStatistics } from './input-statistics.js';
import { checkHas } from '../errors/check-kinds.js';

/** Counts of values in equal bins over [min, max]. */
export interface ValueHistogram {
  readonly min: number;
  readonly max: number;
  readonly counts: readonly number[];
}

/** The range of what was seen at one place of the running network; plain JSON. */
export interface RangeStatistics {
  /** Number of finite values seen. */
  readonly count: number;
  /** Number of NaN and infinite values seen; they count nowhere else. */
  readonly nonFinite: number;
  readonly batches: number;
  readonly min: number;
  readonly max: number;
  /** Exponential moving averages (momentum 0.9) of the smallest and largest value of each batch. */
  readonly movingMin: number;
  readonly movingMax: number;
}

/** What was seen at one place of the running network; plain JSON, of a size that does not depend on the data. */
export interface SiteStatistics extends RangeStatistics {
  readonly mean: number;
  /** Population standard deviation. */
  readonly deviation: number;
  readonly histogram: ValueHistogram;
  /** A uniform random sample of the values. */
  readonly sample: readonly number[];
}

/** Whether more than ranges was observed. */
export function isComplete(statistics: RangeStatistics | SiteStatistics): statistics is SiteStatistics {
  checkHas(statistics, [], 'isComplete(statistics)', 'statistics of a site');
  return 'histogram' in statistics;
}

/**
 * Statistics by site, with what they were made from, and of the inputs of weights where these were asked for. Stored and used again: as
 * JSON, or with inputs by `storeStatistics`. Sites have ranges alone where these were all that was asked for.
 */
export interface Calibration {
  readonly format: 'lowbit-calibration';
  readonly version: 1;
  readonly port: string;
  readonly batches: number;
  readonly sites: Readonly<Record<string, RangeStatistics | SiteStatistics>>;
  /** What weights are multiplied with in the model as it was, from `inputStatistics` or `loadStatistics`. */
  readonly inputs?: InputStatistics;
}
