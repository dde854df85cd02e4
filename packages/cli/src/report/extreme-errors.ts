import type { WeightReport } from '@lowbit/core';
import { greatest, least } from 'd3-array';

/** The weights with the lowest and the highest signal to noise; no error at all counts as the highest. */
export function extremeErrors(weights: readonly WeightReport[]): {
  worst?: WeightReport;
  best?: WeightReport;
} {
  const signal = ({ error }: WeightReport): number => error.sqnrDb ?? Infinity;
  const worst = least(weights, signal);
  const best = greatest(weights, signal);
  return { ...(worst === undefined ? {} : { worst }), ...(best === undefined ? {} : { best }) };
}
