import type { Measurements } from '../contract/measurements.js';
import { bestOfSize } from './best-of-size.js';
import type { BudgetProblem } from './budget-problem.js';
import { type Chosen, type Limits, resourcesOf } from './limits.js';
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
  return isOfSize
    ? bestOfSize(problem, measurements, limits, explores)
    : smallestThatHolds(problem, measurements, limits, explores);
}
