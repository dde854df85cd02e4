import { checkNumbers } from '../errors/check-kinds.js';
import { eachBlock } from './each-block.js';
import type { BatchRange } from './range-collector.js';

/** What one pass over the values of a batch tells. Of no values: a range from ∞ to −∞. */
interface Summary extends Moments {
  readonly min: number;
  readonly max: number;
}

/** Smallest and largest value and moments. `squares` is NaN where a value is NaN or infinite. */
export function summarize(values: ArrayLike<number>): Summary {
  let summary: Summary = { count: 0, mean: 0, squares: 0, min: Infinity, max: -Infinity };
  eachBlock(values.length, (from, to) => {
    const block = summarizeBlock(values, from, to);
    const [min, max] = [Math.min(summary.min, block.min), Math.max(summary.max, block.max)];
    summary = { ...mergeMoments(summary, block), min, max };
  });
  return summary;
}

/** Deviations are summed from the first value, so that nothing is lost where they are small beside it. */
function summarizeBlock(values: ArrayLike<number>, from: number, to: number): Summary {
  const count = to - from;
  const first = values[from] as number;
  let min = first;
  let max = first;
  let sum = 0;
  let squares = 0;
  for (let i = from; i < to; i++) {
    const value = values[i] as number;
    if (value < min) min = value;
    if (value > max) max = value;
    const delta = value - first;
    sum += delta;
    squares += delta * delta;
  }
  return { count, mean: first + sum / count, squares: Math.max(0, squares - (sum * sum) / count), min, max };
}

interface FiniteValues {
  /** The values without NaN and infinities; a copy only where there are some. */
  readonly values: ArrayLike<number>;
  readonly nonFinite: number;
  readonly summary: Summary;
}

export function finiteValues(values: ArrayLike<number>): FiniteValues {
  const summary = summarize(values);
  if (Number.isFinite(summary.squares)) return { values, nonFinite: 0, summary };
  const finite = Float64Array.from(values).filter(Number.isFinite);
  return { values: finite, nonFinite: values.length - finite.length, summary: summarize(finite) };
}

/** The range of the values of one batch, as a range collector takes it. */
export function batchRange(values: ArrayLike<number>): BatchRange {
  checkNumbers(values, 'batchRange(values)');
  const { summary, nonFinite } = finiteValues(values);
  const { count, min, max } = summary;
  return { count, nonFinite, min, max };
}

/** Number, mean and sum of squared deviations from it. */
export interface Moments {
  readonly count: number;
  readonly mean: number;
  readonly squares: number;
}

/** The moments of two parts together (T. F. Chan et al., 1979). */
export function mergeMoments(a: Moments, b: Moments): Moments {
  const count = a.count + b.count;
  if (count === 0) return a;
  const delta = b.mean - a.mean;
  return {
    count,
    mean: a.mean + (delta * b.count) / count,
    squares: a.squares + b.squares + (delta * delta * a.count * b.count) / count,
  };
}
