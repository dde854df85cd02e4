import type { Report } from '@lowbit/core';
import { groups } from 'd3-array';

interface Warned {
  readonly name: string;
  readonly text: string;
}

/** The warnings of a report, with the same words about several weights, or activations, drawn together into one line. */
export function gatherWarnings({ warnings, weights, activations = [] }: Report): readonly string[] {
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

function gathered(warned: readonly Warned[], kind: string): readonly string[] {
  return groups(warned, ({ text }) => text).map(([text, all]) =>
    all.length === 1 ? `${all[0]?.name}: ${text}` : `${all.length} ${kind}: ${text}`,
  );
}
