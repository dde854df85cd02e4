import type { Report } from '@lowbit/core';
import { groups } from 'd3-array';

import { checkReport } from '../check-given.js';

interface Warned {
  readonly name: string;
  readonly text: string;
}

/** The warnings of a report, with the same words about several weights, or activations, drawn together into one line. */
export function gatherWarnings(report: Report): readonly string[] {
  checkReport(report, 'gatherWarnings');
  const { warnings, weights, activations = [] } = report;
  const ofWeights = weights.flatMap(({ id, warnings: own }) => own.map((text) => ({ name: id, text })));
  const ofActivations = activations.flatMap(({ tensor, warnings: own = [] }) =>
    own.map((text) => ({ name: tensor, text })),
  );
  const single = new Set([...ofWeights, ...ofActivations].map(({ name, text }) => `${name}: ${text}`));
  return [
    ...warnings.filter((warning) => !single.has(warning)),
    ...gathered(ofWeights, 'weights'),
    ...gathered(ofActivations, 'activations'),
  ];
}

/** Names that stand in one line. */
const namesShown = 3;

function gathered(warned: readonly Warned[], kind: string): readonly string[] {
  return groups(warned, ({ text }) => text).map(([text, all]) => {
    const names = all.slice(0, namesShown).map(({ name }) => name);
    if (all.length === 1) return `${names[0]}: ${text}`;
    const more = all.length > namesShown ? ', …' : '';
    return `${all.length} ${kind} (${names.join(', ')}${more}): ${text}`;
  });
}
