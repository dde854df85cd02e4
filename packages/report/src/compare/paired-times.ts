import { median, quantile } from 'd3-array';

/** Times of one round, in which both models ran once, in milliseconds. */
export interface RoundTimes {
  readonly a: number;
  readonly b: number;
}

/** Times of both models on the same input. */
export interface PairedTimes {
  readonly rounds: number;
  /** Median milliseconds of one run. */
  readonly a: number;
  readonly b: number;
  /** Median over the rounds of time b / time a, so that slow moments of the machine count for both. */
  readonly ratio: number;
  /** Quartiles of the same ratios: half of the rounds lie between them. */
  readonly lowerQuartile: number;
  readonly upperQuartile: number;
}

/** Medians of times taken in pairs; `null` without a round. Quantiles are interpolated linearly. */
export function pairedTimes(times: readonly RoundTimes[]): PairedTimes | null {
  if (times.length === 0) return null;
  const ratios = times.map(({ a, b }) => b / a);
  return {
    rounds: times.length,
    a: median(times, ({ a }) => a) as number,
    b: median(times, ({ b }) => b) as number,
    ratio: median(ratios) as number,
    lowerQuartile: quantile(ratios, 0.25) as number,
    upperQuartile: quantile(ratios, 0.75) as number,
  };
}
