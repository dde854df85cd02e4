import { growingHistogram } from './growing-histogram.js';
import { reservoir } from './reservoir.js';
import type { SiteStatistics } from './statistics.js';

const momentum = 0.9;

/** Gathers statistics of one site, batch by batch, in constant memory. */
export interface StatisticsCollector {
  /** Values of one batch, flat. NaN and infinities are counted and left out. */
  add(values: ArrayLike<number>): void;
  finish(): SiteStatistics;
}

/** A collector that keeps at most `sampleSize` values as a seeded uniform sample. */
export function statisticsCollector({ sampleSize = 4096, seed = 0 } = {}): StatisticsCollector {
  const histogram = growingHistogram();
  const kept = reservoir(sampleSize, seed);
  const total = { count: 0, nonFinite: 0, batches: 0, min: Infinity, max: -Infinity, mean: 0, squares: 0 };
  const moving = { min: 0, max: 0 };

  /** Welford's update of mean and squares. */
  const count = (value: number) => {
    total.count++;
    const delta = value - total.mean;
    total.mean += delta / total.count;
    total.squares += delta * (value - total.mean);
    kept.add(value);
  };
  const closeBatch = (min: number, max: number) => {
    const keep = total.batches === 0 ? 0 : momentum;
    moving.min = keep * moving.min + (1 - keep) * min;
    moving.max = keep * moving.max + (1 - keep) * max;
    total.min = Math.min(total.min, min);
    total.max = Math.max(total.max, max);
    total.batches++;
  };
  return {
    add(values) {
      let min = Infinity;
      let max = -Infinity;
      for (let i = 0; i < values.length; i++) {
        const value = values[i] as number;
        if (!Number.isFinite(value)) {
          total.nonFinite++;
          continue;
        }
        if (value < min) min = value;
        if (value > max) max = value;
        count(value);
      }
      if (min > max) return;
      histogram.add(values, min, max);
      closeBatch(min, max);
    },
    finish() {
      const { count: seen, nonFinite, batches, mean, squares } = total;
      const [min, max] = seen > 0 ? [total.min, total.max] : [0, 0];
      const deviation = seen > 0 ? Math.sqrt(squares / seen) : 0;
      const ranges = { min, max, movingMin: moving.min, movingMax: moving.max };
      return {
        count: seen,
        nonFinite,
        batches,
        mean,
        deviation,
        ...ranges,
        histogram: histogram.finish(),
        sample: [...kept.sample],
      };
    },
  };
}
