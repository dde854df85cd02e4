import { checkHas } from '../errors/check-kinds.js';
import type { RangeStatistics } from './site-statistics.js';

const momentum = 0.9;

/** The range of the values of one batch at one site. */
export interface BatchRange {
  /** Number of finite values. */
  readonly count: number;
  /** Number of NaN and infinite values, default 0. */
  readonly nonFinite?: number;
  /** Smallest and largest finite value; they mean nothing where there is none. */
  readonly min: number;
  readonly max: number;
}

/** Gathers the ranges of one site, batch by batch. */
export interface RangeCollector {
  add(range: BatchRange): void;
  finish(): RangeStatistics;
}

export function rangeCollector(): RangeCollector {
  const total = { count: 0, nonFinite: 0, batches: 0 };
  const range = { min: Infinity, max: -Infinity };
  const moving = { min: 0, max: 0 };
  return {
    add(batch) {
      checkHas(batch, ['count', 'min', 'max'], 'rangeCollector: add(range)', 'what batchRange gives');
      const { count, nonFinite = 0, min, max } = batch;
      total.nonFinite += nonFinite;
      if (count === 0) return;
      const keep = total.batches === 0 ? 0 : momentum;
      moving.min = keep * moving.min + (1 - keep) * min;
      moving.max = keep * moving.max + (1 - keep) * max;
      range.min = Math.min(range.min, min);
      range.max = Math.max(range.max, max);
      total.count += count;
      total.batches++;
    },
    finish() {
      const { min, max } = total.count > 0 ? range : { min: 0, max: 0 };
      return { ...total, min, max, movingMin: moving.min, movingMax: moving.max };
    },
  };
}
