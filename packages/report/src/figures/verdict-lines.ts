import type { RecipeChange, Report, Verdict } from '@lowbit/core';

import { checkReport } from '../check-given.js';
import { formatBytes, formatDecibels } from './numbers.js';

/** What a result is worth, as lines: the grade and why, what it gained, and what to try. Nothing where a report has no verdict. */
export function verdictLines(report: Report): readonly string[] {
  checkReport(report, 'verdictLines');
  const { verdict, modelBytes } = report;
  if (verdict === undefined) return forecastLines(report);
  const { grade, reason, smaller, next, weights } = verdict;
  const { before, after } = modelBytes;
  return [
    `${words[grade]}: ${reason}`,
    ...(weights?.worst === undefined ? [] : [worstWeight(weights, weights.worst)]),
    ...(smaller
      ? []
      : [`nothing gained: ${formatBytes(after)}, where the original takes ${formatBytes(before)}`]),
    ...forecastLines(report),
    ...(next === undefined ? [] : [`try ${changeWords(next)}`]),
  ];
}

/** How fast integers are expected to be. */
function forecastLines({ forecast }: Report): readonly string[] {
  if (forecast === undefined) return [];
  const times = `${forecast.timesAsFast.toFixed(1)} times as fast as floats on WebAssembly`;
  return [
    forecast.taken ? `forecast: ${times}` : `computes in floats: integers would be ${times} (forecast)`,
  ];
}

const words: Readonly<Record<Verdict['grade'], string>> = {
  'probably-usable': 'probably usable',
  'probably-unusable': 'probably unusable',
  untested: 'untested',
};

type Effects = NonNullable<Verdict['weights']>;
type Worst = NonNullable<Effects['worst']>;

/** Weights alone were changed, for a few samples: numbers of whole results, on all samples, differ. */
function worstWeight({ samples, together }: Effects, { id, alone, without, wider }: Worst): string {
  const on = `on ${samples} ${samples === 1 ? 'sample' : 'samples'}, with all but weights as it was`;
  const more = wider === undefined ? '' : `; with ${wider.bits} bits it alone leaves ${left(wider)}`;
  return `the weight that loses most is ${id}: ${on}, it alone leaves ${left(alone)}, all weights leave ${left(together)}, and all but this one ${left(without)}${more}`;
}

function left({ sqnrDb, isBroken }: Worst['alone']): string {
  if (isBroken === true) return 'NaN or infinity';
  return sqnrDb === null ? 'every value' : formatDecibels(sqnrDb);
}

/** A change of a recipe as it stands in code. */
function changeWords({ activations, exclude, ...others }: RecipeChange): string {
  const members = Object.entries(others).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  return [
    ...members,
    ...(activations === undefined ? [] : ['to leave activations float']),
    ...(exclude === undefined ? [] : [`to exclude ${exclude.join(', ')}`]),
  ].join(', ');
}
