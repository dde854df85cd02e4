import type { CandidateChoice, Measurements, WrittenSize } from '../contract/measurements.js';
import {
  type BudgetOption,
  type BudgetProblem,
  bytesOfChoice,
  choiceOf,
  knapsackItems,
  optionsOfChoice,
} from './budget-problem.js';
import { isSameChoice } from './known.js';
import { leastCost, solveKnapsack } from './knapsack.js';
import { forChoices } from './next-step.js';
import { type Chosen, holds, type Limits } from './limits.js';

/** Between what holds and what does not hold, so near is near enough. */
const nearEnough = 1.25;

/** The smallest choice that is known to hold; while the caller explores, one between what holds and what does not. */
export function smallestThatHolds(
  problem: BudgetProblem,
  { joint }: Measurements,
  limits: Limits,
  explores: boolean,
): Chosen | undefined {
  const known = joint.flatMap((one) => {
    const options = optionsOfChoice(problem.items, one.choice);
    if (options === undefined) return [];
    const effect = options.reduce((sum, option, i) => sum + problem.items[i].options[option].loss, 0);
    return [{ ...one, predicted: effect, bytes: bytesOfChoice(problem.items, one.choice) }];
  });
  const failing = known.filter((one) => !holds(one, limits));
  const holding = known.filter(
    (one) => holds(one, limits) && !failing.some((other) => isSameChoice(one.choice, other.choice)),
  );
  const low = Math.max(...holding.map(({ predicted }) => predicted));
  const high = Math.min(...failing.map(({ predicted }) => predicted));
  const next = leastBytes(problem, limits, nextEffect(low, high, limits));
  const isKnown = next === undefined || known.some((one) => isSameChoice(one.choice, next));
  const isNear = (low > 0 && high / low < nearEnough) || joint.length >= (limits.tries ?? forChoices);
  if (explores && !isKnown && !(isNear && holding.length > 0)) return { choice: next, gap: 0 };
  const widest = leastBytes(problem, limits, 0);
  if (explores && holding.length === 0 && widest !== undefined)
    return known.some((one) => isSameChoice(one.choice, widest)) ? undefined : { choice: widest, gap: 0 };
  const smallest = [...holding].sort((a, b) => a.bytes - b.bytes || a.effect - b.effect)[0];
  const choice = smallest?.choice ?? next;
  return choice && { choice, gap: 0 };
}

/** The sum of effects to aim at next, between the largest that held and the smallest that did not. */
function nextEffect(low: number, high: number, { minSqnr, maxLoss }: Limits): number {
  if (low > 0 && Number.isFinite(high)) return Math.sqrt(low) * Math.sqrt(high);
  if (low > 0) return 4 * low;
  if (Number.isFinite(high)) return high / 4;
  return minSqnr === undefined ? Math.max(maxLoss ?? 0, 0.01) / 100 : 10 ** (-minSqnr / 10);
}

/** What {@link smallestChoice} looks at of limits. */
export type SizeLimits = Pick<Limits, 'decreasing' | 'bytes' | 'averageBits'>;

/** The smallest choice of all in the file, or, where an average alone is limited, of codes and parameters: among equals, the one that loses least. */
export function smallestChoice(
  problem: BudgetProblem,
  { decreasing, bytes, averageBits }: SizeLimits,
): Chosen | undefined {
  const isOfValues = bytes === undefined && averageBits !== undefined;
  const costsOf = ({ storedBytes, valueBytes }: BudgetOption) => [isOfValues ? valueBytes : storedBytes];
  const items = knapsackItems(problem, ({ loss }) => loss, costsOf, decreasing);
  const ranks = decreasing ? problem.ranks : 1;
  const least = leastCost({ items, capacities: [0], ranks }, 0);
  const solution = solveKnapsack({ items, capacities: [least * (1 + 1e-9)], ranks });
  return solution && { choice: choiceOf(problem.items, solution.chosen), gap: 0 };
}

/**
 * What was written and is the smallest: what the file says of kinds of assignments counts there, so that it need not be {@link smallestChoice}.
 *
 * @returns `undefined` where that was not written: what is smallest is not known then.
 */
export function smallestWritten(
  problem: BudgetProblem,
  written: readonly WrittenSize[],
  limits: SizeLimits,
): WrittenSize | undefined {
  const smallest = smallestChoice(problem, limits);
  if (smallest === undefined || !written.some(({ choice }) => isSameChoice(choice, smallest.choice)))
    return undefined;
  const own = written.filter(({ choice }) => optionsOfChoice(problem.items, choice) !== undefined);
  return own.reduce((one, other) => (other.bytes < one.bytes ? other : one), own[0]);
}

/** The smallest choice whose single effects add up to so much at most, or to as little as they can. */
export function leastBytes(
  problem: BudgetProblem,
  { decreasing }: Limits,
  effect: number,
): CandidateChoice | undefined {
  const items = knapsackItems(
    problem,
    ({ storedBytes }) => storedBytes,
    ({ loss }) => [loss],
    decreasing,
  );
  const ranks = decreasing ? problem.ranks : 1;
  const least = leastCost({ items, capacities: [effect], ranks }, 0);
  const solution = solveKnapsack({ items, capacities: [Math.max(effect, least * (1 + 1e-9))], ranks });
  return solution && choiceOf(problem.items, solution.chosen);
}
