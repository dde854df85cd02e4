import { defined } from '../contract/defined.js';
import type { CandidateChoice, JointEffect, Measurements } from '../contract/measurements.js';
import { asWritten, type BudgetProblem, choiceOf, optionsOfChoice } from './budget-problem.js';
import { filled } from './filled.js';
import { isClearlyBetter, isSameChoice, isBetterByFar, latestOf } from './known.js';
import { type KnapsackProblem, solveKnapsack } from './knapsack.js';
import {
  type Chosen,
  holds,
  isWithin,
  knapsackOfChoice,
  type Limits,
  resourcesOf,
  sizeKnapsack,
} from './limits.js';
import { nextStep } from './next-step.js';
import { cheaperResult } from './cheaper-result.js';
import { smallestThatHolds, smallestWritten } from './smallest-choice.js';
import { type ModelChoice, uniformChoices } from './uniform-choices.js';

/**
 * The choice to take. While the caller explores, it is one that is worth measuring as a whole, until nothing is.
 *
 * @returns `undefined` where no choice keeps the limits.
 */
export function nextChoice(
  problem: BudgetProblem,
  measurements: Measurements,
  limits: Limits,
  explores: boolean | 'results',
): Chosen | undefined {
  const isOfSize = resourcesOf(problem, limits).length > 0;
  const latest = { ...measurements, joint: latestOf(measurements.joint) };
  if (isOfSize) return bestOfSize(problem, latest, limits, explores === true);
  const cheaper = explores === 'results' ? cheaperResult(problem, latest, limits) : undefined;
  return cheaper ?? smallestThatHolds(problem, latest, limits, explores === true);
}

/** Choice by single effects first; then, while the caller explores, what may be better by what was seen of whole choices. */
function bestOfSize(
  problem: BudgetProblem,
  { joint, written }: Pick<Measurements, 'joint' | 'written'>,
  limits: Limits,
  explores: boolean,
): Chosen | undefined {
  const first = bestBySingles(problem, written, limits);
  if (first === undefined) return undefined;
  const { gap, ...single } = first;
  const isKnown = (one: CandidateChoice) => joint.some((other) => isSameChoice(one, other.choice));
  const judged = <One extends ModelChoice>(one: One): One & Pick<Within, 'knapsack'> => ({
    ...one,
    knapsack: knapsackOfChoice(problem, written, limits, one.choice),
  });
  const spare = limits.bytes === undefined ? 0 : missedPart * limits.bytes + missedBytes;
  const uniform = uniformChoices(problem, ({ choice, options }) =>
    isWithin(knapsackOfChoice(problem, written, limits, choice, spare), options),
  );
  const isFitting = ({ choice, options, knapsack }: Omit<Within, 'effect'>) =>
    isWithin(knapsack, options) || uniform.some((one) => isSameChoice(one.choice, choice));
  if (!isKnown(single.choice)) {
    const others = explores ? [] : uniform;
    return { choice: leastPredicted([single, ...others].map((one) => judged(one))).choice, gap };
  }
  const unseen = explores ? uniform.find(({ choice }) => !isKnown(choice)) : undefined;
  if (unseen !== undefined) return { choice: unseen.choice, gap };
  const all = joint.flatMap((one) => {
    const options = optionsOfChoice(problem.items, one.choice);
    return options === undefined ? [] : [judged({ ...one, options })];
  });
  const known = all.filter(isFitting);
  const best = bestKnown(known, limits);
  const explored = { known: all, within: known, ...defined({ tries: limits.tries }) };
  const next = explores ? nextStep(sizeKnapsack(problem, limits), best, explored) : undefined;
  if (next !== undefined) return { choice: choiceOf(problem.items, next), gap };
  return best.isHeld ? { choice: best.choice, gap } : undefined;
}

/**
 * One width everywhere may take less than is estimated, since the plan in the file is shorter: it is written to see where it is estimated to be
 * above the limit by so little, in parts of it and in bytes.
 */
const [missedPart, missedBytes] = [0.02, 256];

/** The choice of the least sum of single effects, of those that were not written and found to be too large. */
function bestBySingles(
  problem: BudgetProblem,
  written: Measurements['written'],
  limits: Limits,
): (ModelChoice & { readonly gap: number }) | undefined {
  let told = problem;
  for (;;) {
    const knapsack = sizeKnapsack(told, limits);
    const solution = solveKnapsack(knapsack);
    if (solution === undefined) return smallestThatFits(problem, written, limits);
    const options = filled(knapsack, solution.chosen);
    const choice = choiceOf(problem.items, options);
    const gap = solution.loss > 0 ? (solution.loss - solution.bound) / solution.loss : 0;
    if (isWithin(knapsackOfChoice(problem, written, limits, choice), options))
      return { choice, options, gap };
    const own = written.findLast((one) => isSameChoice(one.choice, choice));
    if (own === undefined) return undefined;
    // It was within what is estimated, so that one of them is more.
    const { otherBytes, otherWeightBytes } = asWritten(problem, own);
    told = {
      ...problem,
      otherBytes: Math.max(told.otherBytes, otherBytes),
      otherWeightBytes: Math.max(told.otherWeightBytes, otherWeightBytes),
    };
  }
}

/** The smallest that was written, where it fits: others may have taken more than is estimated, so that nothing seems to fit. */
function smallestThatFits(
  problem: BudgetProblem,
  written: Measurements['written'],
  limits: Limits,
): (ModelChoice & { readonly gap: number }) | undefined {
  const choice = smallestWritten(problem, written, limits)?.choice;
  const options = choice && optionsOfChoice(problem.items, choice);
  return options !== undefined && isWithin(knapsackOfChoice(problem, written, limits, choice!), options)
    ? { choice: choice!, options, gap: 0 }
    : undefined;
}

interface Within extends JointEffect, ModelChoice {
  /** By which the choice is judged. */
  readonly knapsack: KnapsackProblem;
}

/** The one whose single losses add up to least, of equals the first. */
function leastPredicted<One extends Pick<Within, 'options' | 'knapsack'>>(choices: readonly One[]): One {
  const lossOf = ({ options, knapsack }: One) =>
    options.reduce((sum, option, item) => sum + knapsack.items[item][option].loss, 0);
  return choices.reduce((one, other) => (lossOf(other) < lossOf(one) ? other : one));
}

/**
 * The known choice that loses least, as far as that is no chance: of those that were measured one after the other, what is clearly better than
 * the best so far, from the one on that single effects say is best. What leaves room for more has to be better by far than all that do not.
 * `isHeld`: its result was not seen to miss a limit of quality.
 */
function bestKnown(known: readonly Within[], limits: Limits): Within & { readonly isHeld: boolean } {
  // What did not hold when its result was run does not hold, whatever was measured before.
  const failing = known.filter((one) => !holds(one, limits));
  const holding = known.filter((one) => !failing.some((other) => isSameChoice(one.choice, other.choice)));
  const usable = holding.length > 0 ? holding : known;
  const isFull = ({ knapsack, options }: Within) => filled(knapsack, options) === options;
  const full = usable.filter(isFull);
  const candidates = full.length > 0 ? full : usable;
  const first = leastPredicted(candidates);
  const best = candidates.reduce((one, other) => (isClearlyBetter(other, one) ? other : one), first);
  const roomy = usable.filter((one) => !candidates.includes(one) && isBetterByFar(one, best));
  const taken = roomy.reduce((one, other) => (isClearlyBetter(other, one) ? other : one), roomy[0] ?? best);
  return { ...taken, isHeld: holding.length > 0 };
}
