import { checkNumbers } from '../errors/check-kinds.js';
import { checkOptions, optionTypes, type OptionTypes } from '../errors/check-argument.js';
import { finiteValues, mergeMoments, type Moments } from './summarize.js';
import { growingHistogram } from './growing-histogram.js';
import { rangeCollector } from './range-collector.js';
import { reservoir } from './reservoir.js';
import type { SiteStatistics } from './site-statistics.js';

/** Gathers statistics of one site, batch by batch, in constant memory. */
export interface StatisticsCollector {
  /** Values of one batch, flat. NaN and infinities are counted and left out. */
  add(values: ArrayLike<number>): void;
  finish(): SiteStatistics;
}

interface CollectorOptions {
  readonly sampleSize?: number;
  readonly seed?: number;
}

const collectorTypes: OptionTypes<CollectorOptions> = {
  sampleSize: optionTypes.count,
  seed: optionTypes.integer,
};

/** A collector that keeps at most `sampleSize` values as a seeded uniform sample. */
export function statisticsCollector(options: CollectorOptions = {}): StatisticsCollector {
  checkOptions(options, collectorTypes, 'statisticsCollector');
  const { sampleSize = 4096, seed = 0 } = options;
  const ranges = rangeCollector();
  const histogram = growingHistogram();
  const kept = reservoir(sampleSize, seed);
  let moments: Moments = { count: 0, mean: 0, squares: 0 };
  return {
    add(values) {
      checkNumbers(values, 'statisticsCollector: add(values)');
      const { values: finite, nonFinite, summary } = finiteValues(values);
      ranges.add({ ...summary, nonFinite });
      if (summary.count === 0) return;
      moments = mergeMoments(moments, summary);
      histogram.add(finite, summary.min, summary.max);
      kept.add(finite);
    },
    finish() {
      const { count, mean, squares } = moments;
      const deviation = count > 0 ? Math.sqrt(squares / count) : 0;
      const values = { histogram: histogram.finish(), sample: [...kept.sample] };
      return { ...ranges.finish(), mean, deviation, ...values };
    },
  };
}
