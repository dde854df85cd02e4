import { defined } from '../contract/defined.js';
import { checkOptions, optionTypes, type OptionTypes } from '../errors/check-argument.js';
import type { CandidateChoice, Measurements } from '../contract/measurements.js';
import { checkMeasurements } from './check-measurements.js';
import { isSameChoice } from './known.js';
import {
  type BudgetProblem,
  bytesOfChoice,
  choiceOf,
  optionsOfChoice,
  wholeProblem,
} from './budget-problem.js';
import { leastCost, solveKnapsack } from './knapsack.js';
import { isWithin, sizeKnapsack } from './limits.js';

/** The best choice for its size. */
export interface FrontierPoint {
  /** Bytes of the weights that were measured. */
  readonly weightBytes: number;
  /** Bytes of the whole model. Absent where nothing was written yet. */
  readonly bytes?: number;
  /** Sum of the effects of each candidate alone, or of errors of weights where effects are not known. */
  readonly predicted: number;
  /** Effect of the whole choice, where it was measured. */
  readonly measured?: number;
  readonly choice: CandidateChoice;
}

export interface FrontierOptions {
  /** Sizes at even distances that a choice is sought for; default 24. */
  readonly points?: number;
  /** Bits never rise with depth. */
  readonly decreasing?: boolean;
}

const types: OptionTypes<FrontierOptions> = { points: optionTypes.count, decreasing: optionTypes.flag };

/**
 * The whole curve of size against effect: the best choices, from the smallest to the one that loses least, each once, smallest first; and
 * whatever was measured as a whole, of choices whose bits never rise with depth where that is asked for.
 *
 * @throws LowbitError `invalid-argument`.
 */
export function frontier(
  measurements: Measurements,
  options: FrontierOptions = {},
): readonly FrontierPoint[] {
  checkMeasurements(measurements, 'frontier: measurements');
  checkOptions(options, types, 'frontier');
  const { points = 24, decreasing = false } = options;
  const problem = wholeProblem(measurements, decreasing);
  if (problem.items.length === 0) return [];
  const limits = { bytes: Infinity, decreasing };
  const knapsack = sizeKnapsack(problem, limits);
  const smallest = leastCost(knapsack, 0);
  const largest = solveKnapsack({ ...knapsack, capacities: [Number.MAX_SAFE_INTEGER] })?.costs[0] ?? smallest;
  const sizes = Array.from({ length: points }, (_, i) =>
    Math.floor(smallest + (i / Math.max(points - 1, 1)) * (largest - smallest)),
  );
  const choices = sizes.flatMap((size) => {
    const solution = solveKnapsack({ ...knapsack, capacities: [size] });
    return solution === undefined ? [] : [choiceOf(problem.items, solution.chosen)];
  });
  const isOrdered = (choice: CandidateChoice): boolean => {
    const options = optionsOfChoice(problem.items, choice);
    return (
      !decreasing || (options !== undefined && isWithin({ ...knapsack, capacities: [Infinity] }, options))
    );
  };
  const all = [...choices, ...measurements.joint.map(({ choice }) => choice).filter(isOrdered)];
  const once = all.filter((one, i) => all.findIndex((other) => isSameChoice(one, other)) === i);
  return once
    .map((choice) => pointOf(choice, problem, measurements))
    .sort((a, b) => a.weightBytes - b.weightBytes);
}

function pointOf(
  choice: CandidateChoice,
  problem: BudgetProblem,
  { joint, written }: Measurements,
): FrontierPoint {
  const { items, otherBytes } = problem;
  const weightBytes = bytesOfChoice(items, choice);
  const options = optionsOfChoice(items, choice) ?? [];
  const measured = joint.find((one) => isSameChoice(one.choice, choice))?.effect;
  const isWritten = written.length > 0;
  return {
    weightBytes,
    ...defined({ bytes: isWritten ? weightBytes + otherBytes : undefined, measured }),
    predicted: options.reduce((sum, option, i) => sum + items[i].options[option].loss, 0),
    choice,
  };
}
