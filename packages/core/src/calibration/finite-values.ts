import type { BatchRange } from './range-collector.js';
import { summarize, type Summary } from './summarize.js';

export interface FiniteValues {
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
  const { summary, nonFinite } = finiteValues(values);
  const { count, min, max } = summary;
  return { count, nonFinite, min, max };
}
