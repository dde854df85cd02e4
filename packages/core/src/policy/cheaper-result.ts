import type { CandidateChoice, JointEffect, Measurements } from '../contract/measurements.js';
import { type BudgetProblem, bytesOfChoice, optionsOfChoice } from './budget-problem.js';
import { isSameChoice } from './known.js';
import { type Chosen, holds, type Limits } from './limits.js';
import { leastBytes } from './smallest-choice.js';

/** Decibels above what is asked for that are no longer taken off. */
const spareDb = 0.25;
/** Between sums of effects whose results hold and do not hold, so near is near enough. */
const nearEnough = 1.02;
/** Steps between two choices without one that was not written. */
const mostSteps = 10;

/** A choice whose result was looked at. */
interface Result extends JointEffect {
  /** Sum of its single effects. */
  readonly predicted: number;
}

/**
 * What is worth writing next where results keep the limits of quality: on the frontier of size against the sum of single effects, a choice
 * between the smallest result that holds and the next that does not, where the results on both sides say that the limit is. Data may choose
 * codes that do much better than the nearest, by which the first choice was found.
 *
 * @returns The smallest choice whose result holds, once nothing smaller is left to be written; `undefined` where no result holds.
 */
export function cheaperResult(
  problem: BudgetProblem,
  { joint }: Pick<Measurements, 'joint'>,
  limits: Limits,
): Chosen | undefined {
  const results = resultsOf(problem, joint);
  const holding = results.filter((one) => holds(one, limits));
  if (holding.length === 0) return undefined;
  const low = holding.reduce((one, other) => (other.predicted > one.predicted ? other : one));
  const failing = results.filter((one) => !holds(one, limits) && one.predicted > low.predicted);
  const high = failing.length === 0 ? undefined : failing.reduce(lesser);
  const bytesOf = ({ choice }: Result) => bytesOfChoice(problem.items, choice);
  const smallest = holding.reduce((one, other) => (bytesOf(other) < bytesOf(one) ? other : one));
  const isDone = isSpent(low, limits) || results.length >= (limits.tries ?? Infinity);
  const next = isDone ? undefined : between(problem, limits, { results, low, high });
  return { choice: next ?? smallest.choice, gap: 0 };
}

const lesser = (one: Result, other: Result): Result => (other.predicted < one.predicted ? other : one);

function resultsOf({ items }: BudgetProblem, joint: readonly JointEffect[]): readonly Result[] {
  return joint.flatMap((one) => {
    const options = one.ofResult === true ? optionsOfChoice(items, one.choice) : undefined;
    if (options === undefined) return [];
    return [{ ...one, predicted: options.reduce((sum, own, i) => sum + items[i].options[own].loss, 0) }];
  });
}

/** Whether nothing to speak of is left of the limit. */
const isSpent = ({ sqnrDb, loss }: Result, { minSqnr, maxLoss }: Limits): boolean =>
  (typeof sqnrDb === 'number' && sqnrDb < (minSqnr ?? -Infinity) + spareDb) ||
  (maxLoss !== undefined && maxLoss > 0 && loss === maxLoss);

/** A choice that was not written yet, between two that were, the second of which does not hold. */
function between(
  problem: BudgetProblem,
  limits: Limits,
  known: { readonly results: readonly Result[]; readonly low: Result; readonly high: Result | undefined },
): CandidateChoice | undefined {
  let from = known.low.predicted;
  let to = known.high?.predicted ?? Infinity;
  let aim = aimed(known.low, known.high, limits);
  for (let step = 0; step < mostSteps && to > nearEnough * from; step++) {
    const choice = leastBytes(problem, limits, aim);
    const written = known.results.find((one) => choice !== undefined && isSameChoice(one.choice, choice));
    if (choice === undefined || written === undefined) return choice;
    if (!holds(written, limits)) to = aim;
    else from = aim;
    aim = Number.isFinite(to) && from > 0 ? Math.sqrt(from) * Math.sqrt(to) : stride * aim;
  }
  return undefined;
}

/** What sums of effects are multiplied with where nothing tells how far it is to the limit. */
const stride = 4;
/** Parts of the way between two results that are not gone beyond, on the scale of decibels. */
const [nearest, farthest] = [0.1, 0.9];

/** The sum of single effects at which the results on both sides say that the limit is reached; by decibels, where those are asked for. */
function aimed(low: Result, high: Result | undefined, { minSqnr }: Limits): number {
  const start = Math.max(low.predicted, Number.MIN_VALUE);
  const above = minSqnr === undefined || typeof low.sqnrDb !== 'number' ? undefined : low.sqnrDb - minSqnr;
  if (high === undefined) return start * (above === undefined ? stride : 10 ** (above / 10));
  const fall = typeof high.sqnrDb === 'number' ? (low.sqnrDb ?? Infinity) - high.sqnrDb : Infinity;
  const part = above === undefined || !Number.isFinite(fall) || fall <= 0 ? 0.5 : above / fall;
  return start * (high.predicted / start) ** Math.min(Math.max(part, nearest), farthest);
}
