/** Counts of values in equal bins over [min, max]. */
export interface ValueHistogram {
  readonly min: number;
  readonly max: number;
  readonly counts: readonly number[];
}

/** What was seen at one place of the running network; plain JSON, of a size that does not depend on the data. */
export interface SiteStatistics {
  /** Number of finite values seen. */
  readonly count: number;
  /** Number of NaN and infinite values seen; they count nowhere else. */
  readonly nonFinite: number;
  readonly batches: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** Population standard deviation. */
  readonly deviation: number;
  /** Exponential moving averages (momentum 0.9) of the smallest and largest value of each batch. */
  readonly movingMin: number;
  readonly movingMax: number;
  readonly histogram: ValueHistogram;
  /** A uniform random sample of the values. */
  readonly sample: readonly number[];
}

/** Statistics by site, with what they were made from. Stored as JSON and reused. */
export interface Calibration {
  readonly format: 'lowbit-calibration';
  readonly version: 1;
  readonly port: string;
  readonly batches: number;
  readonly sites: Readonly<Record<string, SiteStatistics>>;
}
