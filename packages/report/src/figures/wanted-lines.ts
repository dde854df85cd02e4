import type { GridCost, WeightReport } from '@lowbit/core';
import { groups, max, min } from 'd3-array';

import { checkWeights } from '../check-given.js';

/**
 * What packed forms wanted, one line for all weights with the same words, the most frequent first: the options that were taken
 * for them, with what that costs, or those with which they would take what was chosen.
 */
export function wantedLines(weights: readonly WeightReport[]): readonly string[] {
  checkWeights(weights, 'wantedLines');
  const told = weights.filter(({ wanted }) => wanted !== undefined);
  return groups(told, (weight) => weight.wanted)
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([wanted, rows]) => `${rows.length} × ${wanted}${costOf(rows)}`);
}

function costOf(rows: readonly WeightReport[]): string {
  const costs = rows.flatMap(({ gridCost }) => (gridCost === undefined ? [] : [gridCost]));
  const [first] = costs;
  return first === undefined ? '' : `, ${rangeWords(costs)} against ${first.against}`;
}

function rangeWords(costs: readonly GridCost[]): string {
  const decibels = costs.map((cost) => Math.max(0, cost.decibels));
  const [least, most] = [min(decibels) ?? 0, max(decibels) ?? 0].map((cost) => cost.toFixed(1)) as [
    string,
    string,
  ];
  if (most === '0.0') return 'which costs nothing';
  return least === most ? `which costs ${most} dB` : `which costs ${least} to ${most} dB`;
}
