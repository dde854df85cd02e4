import type { ErrorMeasures, WeightReport } from '@lowbit/core';
import { greatest, least } from 'd3-array';

/** A weight whose error is known. */
export type MeasuredWeight = WeightReport & { readonly error: ErrorMeasures };

export const isMeasured = (weight: WeightReport): weight is MeasuredWeight => weight.error !== undefined;

/**
 * The weights with the lowest and the highest signal to noise; no error at all counts as the highest. None where errors were
 * not measured.
 */
export function extremeErrors(weights: readonly WeightReport[]): {
  worst?: MeasuredWeight;
  best?: MeasuredWeight;
} {
  const measured = weights.filter(isMeasured);
  const signal = ({ error }: MeasuredWeight): number => error.sqnrDb ?? Infinity;
  const worst = least(measured, signal);
  const best = greatest(measured, signal);
  return { ...(worst === undefined ? {} : { worst }), ...(best === undefined ? {} : { best }) };
}
