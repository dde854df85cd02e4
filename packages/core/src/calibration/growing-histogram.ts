import { eachBlock } from './each-block.js';
import type { ValueHistogram } from './site-statistics.js';

/** Even, so that two bins can be merged into one. */
const bins = 2048;

/**
 * A histogram whose range grows with the data: when a value falls outside, the range is doubled and pairs of
 * bins are merged, so counts stay exact and memory stays constant.
 */
export interface GrowingHistogram {
  /** Finite values, at least one, with the smallest and the largest of them. */
  add(values: ArrayLike<number>, min: number, max: number): void;
  finish(): ValueHistogram;
}

export function growingHistogram(): GrowingHistogram {
  let counts = new Float64Array(bins);
  let low = 0;
  let high = 0;
  const grow = (min: number, max: number) => {
    if (high === low) [low, high] = startRange(low, high, min, max);
    while (min < low) [counts, low] = [mergeInto(counts, bins / 2), low - (high - low)];
    while (max > high) [counts, high] = [mergeInto(counts, 0), high + (high - low)];
  };
  return {
    add(values, min, max) {
      grow(min, max);
      const range = { low, scale: bins / (high - low) };
      eachBlock(values.length, (from, to) => countBlock(counts, values, from, to, range));
    },
    finish: () => ({ min: low, max: high, counts: [...counts] }),
  };
}

function countBlock(
  counts: Float64Array,
  values: ArrayLike<number>,
  from: number,
  to: number,
  { low, scale }: { readonly low: number; readonly scale: number },
): void {
  for (let i = from; i < to; i++) {
    const bin = Math.min(bins - 1, ((values[i] as number) - low) * scale) | 0;
    counts[bin] = (counts[bin] as number) + 1;
  }
}

/** The first range: that of the first values, never empty. */
function startRange(low: number, high: number, min: number, max: number): [number, number] {
  const [from, to] = low === 0 && high === 0 ? [min, max] : [Math.min(low, min), Math.max(high, max)];
  return from === to
    ? [from - Math.max(1e-6, Math.abs(from) * 1e-6), to + Math.max(1e-6, Math.abs(to) * 1e-6)]
    : [from, to];
}

/** Merges pairs of bins into the half of a new histogram that starts at `first`. */
function mergeInto(counts: Float64Array, first: number): Float64Array<ArrayBuffer> {
  const merged = new Float64Array(bins);
  for (let i = 0; i < bins; i++) {
    const bin = first + (i >> 1);
    merged[bin] = (merged[bin] as number) + (counts[i] as number);
  }
  return merged;
}
