import type { CandidateChoice } from '../contract/measurements.js';
import { type BudgetItem, type BudgetProblem, choiceOf, isOf } from './budget-problem.js';
import { familyOf, widthOf } from './measured-bytes.js';

/** A choice for the whole model. */
export interface ModelChoice {
  readonly choice: CandidateChoice;
  /** Index of the option of each item. */
  readonly options: readonly number[];
}

/**
 * One candidate everywhere: of each family the two widest that fit. A weight that may not have it gets the next wider one of its
 * family, then of any, then its widest. With data these are measured as wholes too: errors of weights that have the same bits often
 * go along better than single effects tell.
 */
export function uniformChoices(
  { items }: BudgetProblem,
  isFitting: (choice: ModelChoice) => boolean,
): readonly ModelChoice[] {
  const all = new Map(items.flatMap(({ options }) => options.map(({ key, bits }) => [key, bits] as const)));
  const widestFirst = [...all]
    .filter(([, bits]) => bits !== 'float')
    .sort(([, a], [, b]) => widthOf({ bits: b }) - widthOf({ bits: a }));
  const byFamily = new Map<string, ModelChoice[]>();
  for (const [key, bits] of widestFirst) {
    const options = items.map((item) => nearestOption(item, key, widthOf({ bits })));
    const own = { choice: choiceOf(items, options), options };
    const found = byFamily.get(familyOf(key)) ?? [];
    if (found.length < 2 && isFitting(own)) byFamily.set(familyOf(key), [...found, own]);
  }
  return [...byFamily.values()].flat();
}

function nearestOption({ options }: BudgetItem, key: string, width: number): number {
  const own = options.findIndex((option) => isOf(option, key));
  if (own >= 0) return own;
  const rankOf = (at: number): number => {
    const { key: other, bits } = options[at];
    const isNarrower = widthOf({ bits }) < width;
    const isStrange = familyOf(other) !== familyOf(key);
    // Wider ones first, of those the same family, of those the narrowest.
    return isNarrower ? 1000 - widthOf({ bits }) : (isStrange ? 100 : 0) + widthOf({ bits });
  };
  return [...options.keys()].reduce((one, other) => (rankOf(other) < rankOf(one) ? other : one));
}
