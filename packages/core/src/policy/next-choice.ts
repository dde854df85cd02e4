import { defined } from '../contract/defined.js';
import type { JointEffect, Measurements } from '../contract/measurements.js';
import { type BudgetProblem, choiceOf, optionsOfChoice } from './budget-problem.js';
import { filled } from './filled.js';
import { isClearlyBetter, isSameChoice, latestOf } from './known.js';
import { type KnapsackProblem, solveKnapsack } from './knapsack.js';
import { type Chosen, holds, isWithin, type Limits, resourcesOf, sizeKnapsack } from './limits.js';
import { nextStep } from './next-step.js';
import { smallestThatHolds } from './smallest-choice.js';

/**
 * The choice to take. While the caller explores, it is one that is worth measuring as a whole, until nothing is.
 *
 * @returns `undefined` where no choice keeps the limits.
 */
export function nextChoice(
  problem: BudgetProblem,
  measurements: Measurements,
  limits: Limits,
  explores: boolean,
): Chosen | undefined {
  const isOfSize = resourcesOf(problem, limits).length > 0;
  const latest = { ...measurements, joint: latestOf(measurements.joint) };
  return isOfSize
    ? bestOfSize(problem, latest, limits, explores)
    : smallestThatHolds(problem, latest, limits, explores);
}

/** Choice by single effects first; then, while the caller explores, what may be better by what was seen of whole choices. */
function bestOfSize(
  problem: BudgetProblem,
  { joint }: Measurements,
  limits: Limits,
  explores: boolean,
): Chosen | undefined {
  const knapsack = sizeKnapsack(problem, limits);
  const solution = solveKnapsack(knapsack);
  if (solution === undefined) return undefined;
  const choice = choiceOf(problem.items, filled(knapsack, solution.chosen));
  const gap = solution.loss > 0 ? (solution.loss - solution.bound) / solution.loss : 0;
  const isKnown = joint.some((one) => isSameChoice(one.choice, choice));
  if (!isKnown) return { choice, gap };
  const all = joint.flatMap((one) => {
    const options = optionsOfChoice(problem.items, one.choice);
    return options === undefined ? [] : [{ ...one, options }];
  });
  const known = all.filter(({ options }) => isWithin(knapsack, options));
  const best = bestKnown(known, knapsack, limits);
  const explored = { known: all, within: known, ...defined({ tries: limits.tries }) };
  const next = explores ? nextStep(knapsack, best, explored) : undefined;
  if (next !== undefined) return { choice: choiceOf(problem.items, next), gap };
  return best.isHeld ? { choice: best.choice, gap } : undefined;
}

interface Within extends JointEffect {
  readonly options: readonly number[];
}

/**
 * The known choice that loses least, as far as that is no chance: of those that were measured one after the other, what is clearly better than
 * the best so far, from the one on that single effects say is best. `isHeld`: its result was not seen to miss a limit of quality.
 */
function bestKnown(
  known: readonly Within[],
  knapsack: KnapsackProblem,
  limits: Limits,
): Within & { readonly isHeld: boolean } {
  // What did not hold when its result was run does not hold, whatever was measured before.
  const failing = known.filter((one) => !holds(one, limits));
  const holding = known.filter((one) => !failing.some((other) => isSameChoice(one.choice, other.choice)));
  // Of what leaves room for more, the rest of the budget would be wasted.
  const full = holding.filter(({ options }) => filled(knapsack, options) === options);
  const candidates = full.length > 0 ? full : holding.length > 0 ? holding : known;
  const lossOf = ({ options }: Within) =>
    options.reduce((sum, option, item) => sum + knapsack.items[item][option].loss, 0);
  const first = candidates.reduce((one, other) => (lossOf(other) < lossOf(one) ? other : one));
  const best = candidates.reduce((one, other) => (isClearlyBetter(other, one) ? other : one), first);
  return { ...best, isHeld: holding.length > 0 };
}
