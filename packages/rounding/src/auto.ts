import { descend, type DescentSettings } from './coordinate-descent.js';
import { byActivity, dampedFactor, inTurn, type Factor } from './factor.js';
import { gptqRanks } from './gptq.js';
import { mostOptimalInputs, optimalRanks } from './optimal.js';
import { nearestRanks, totalError, type Ranks, type RoundingProblem } from './problem.js';

/** Fewest inputs of a channel for which the order of their activity is taken. */
const fewestForOrder = 64;

/** The factor of H in the order of the inputs, or by their activity where that is wanted and there are enough of them. */
export function factorOf({ gram, inputs }: RoundingProblem, damping: number, actOrder: boolean): Factor {
  const order = actOrder && inputs >= fewestForOrder ? byActivity(gram, inputs) : inTurn(inputs);
  return dampedFactor(gram, inputs, order, damping);
}

/** The factor that exact search goes through: it is fast where the inputs that tell most come first. */
export const searchFactor = ({ gram, inputs }: RoundingProblem, damping: number): Factor =>
  dampedFactor(gram, inputs, byActivity(gram, inputs), damping);

/**
 * The best levels where there are at most 16 inputs, else those of `gptq` followed by coordinate descent; the nearest ones where they
 * do not make a smaller error with inputs that they were not chosen for.
 *
 * @param heldOut H of such inputs.
 */
export function autoRanks(
  problem: RoundingProblem,
  settings: DescentSettings,
  heldOut: Float32Array | undefined,
): Ranks {
  const chosen = bestRanks(problem, settings);
  if (heldOut === undefined) return chosen;
  const nearest = nearestRanks(problem);
  return totalError(problem, chosen, heldOut) < totalError(problem, nearest, heldOut) ? chosen : nearest;
}

function bestRanks(problem: RoundingProblem, settings: DescentSettings): Ranks {
  const { damping } = settings;
  if (problem.inputs <= mostOptimalInputs) return optimalRanks(problem, searchFactor(problem, damping));
  return descend(problem, gptqRanks(problem, factorOf(problem, damping, true)), settings);
}
