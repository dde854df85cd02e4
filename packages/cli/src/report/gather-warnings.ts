import type { Report } from '@lowbit/core';
import { groups } from 'd3-array';

/** The warnings of a report, with the same words about several weights drawn together into one line. */
export function gatherWarnings({ warnings, weights }: Report): readonly string[] {
  const ofWeights = weights.flatMap(({ id, warnings: own }) => own.map((text) => ({ id, text })));
  const single = new Set(ofWeights.map(({ id, text }) => `${id}: ${text}`));
  const gathered = groups(ofWeights, ({ text }) => text).map(([text, all]) =>
    all.length === 1 ? `${all[0]?.id}: ${text}` : `${all.length} weights: ${text}`,
  );
  return [...warnings.filter((warning) => !single.has(warning)), ...gathered];
}
