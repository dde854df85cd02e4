import type { BiasReport, Report, WeightReport } from '@lowbit/core';
import { groups, median } from 'd3-array';

import { checkReport } from '../check-given.js';

/** What choosing codes by the inputs of weights gained, what correcting biases did, and which inputs that saw, as lines; none where nothing looked at them. */
export function roundingLines(report: Report): readonly string[] {
  checkReport(report, 'roundingLines');
  return [...rounderLines(report.weights), ...biasLines(report.biases ?? []), ...captureLines(report)];
}

function captureLines({ capture }: Report): readonly string[] {
  if (capture === undefined) return [];
  const { way, reason } = capture;
  return way === 'sequential'
    ? ['by inputs of each weight once those before were quantized (capture: sequential)']
    : [`by inputs of weights in the model as it was (capture: once): ${reason}`];
}

function rounderLines(weights: readonly WeightReport[]): readonly string[] {
  const rounded = weights.flatMap(({ rounding }) => (rounding === undefined ? [] : [rounding]));
  return groups(rounded, ({ rounder }) => rounder).map(
    ([rounder, rows]) => `${rows.length} × codes chosen by ${rounder}${gainWords(rows)}`,
  );
}

function biasLines(biases: readonly BiasReport[]): readonly string[] {
  const corrected = biases.filter(({ left }) => left !== true);
  const added = corrected.reduce((bytes, { storedBytes }) => bytes + storedBytes, 0);
  const cost = added === 0 ? '' : `; ${added} bytes added`;
  const left = groups(
    biases.filter((bias) => bias.left === true),
    ({ reason }) => reason,
  );
  return [
    ...(corrected.length === 0 ? [] : [`${corrected.length} × bias corrected${gainWords(corrected)}${cost}`]),
    ...left.map(([reason, rows]) => `${rows.length} × bias ${reason}`),
  ];
}

/** By how much errors became smaller, in the middle of all. */
function gainWords(rows: readonly { readonly gainDb?: number; readonly heldOutGainDb?: number }[]): string {
  const seen = median(rows, ({ gainDb }) => gainDb);
  const heldOut = median(rows, ({ heldOutGainDb }) => heldOutGainDb);
  if (seen === undefined) return '';
  const kept = heldOut === undefined ? 'no samples kept back' : `${heldOut.toFixed(1)} on samples kept back`;
  return `: outputs off by ${seen.toFixed(1)} dB less (median), ${kept}`;
}
