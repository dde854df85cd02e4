import type { ErrorMeasures, WeightReport } from '@lowbit/core';
import { greatest, least } from 'd3-array';

import { checkWeights } from '../check-given.js';
import { defined } from '@lowbit/core/adapter';

/** A weight whose error is known. */
export type MeasuredWeight = WeightReport & { readonly error: ErrorMeasures };

export const isMeasured = (weight: WeightReport): weight is MeasuredWeight => weight.error !== undefined;

/** Signal to noise as a finite number to sort by: an exact weight is best, an error without a signal worst. */
export function sortableSignal({ sqnrDb, largest }: ErrorMeasures): number {
  return sqnrDb ?? (largest === 0 ? Number.MAX_VALUE : -Number.MAX_VALUE);
}

/**
 * The weights with the lowest and the highest signal to noise; no error at all counts as the highest. None where errors were
 * not measured.
 */
export function extremeErrors(weights: readonly WeightReport[]): {
  worst?: MeasuredWeight;
  best?: MeasuredWeight;
} {
  checkWeights(weights, 'extremeErrors');
  const measured = weights.filter(isMeasured);
  const signal = ({ error }: MeasuredWeight): number => sortableSignal(error);
  const worst = least(measured, signal);
  const best = greatest(measured, signal);
  return { ...defined({ worst, best }) };
}
