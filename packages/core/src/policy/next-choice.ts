import type { CandidateChoice, JointEffect, Measurements } from '../contract/measurements.js';
import { isSameChoice } from './known.js';
import {
  type BudgetOption,
  type BudgetProblem,
  bytesOfChoice,
  choiceOf,
  knapsackItems,
  optionsOfChoice,
} from './budget-problem.js';
import { filled } from './filled.js';
import { type KnapsackProblem, leastCost, solveKnapsack } from './knapsack.js';

/** What a choice must keep. */
export interface Limits {
  /** Bytes of the whole model. */
  readonly bytes?: number;
  /** Stored bits a value, of the weights that can be quantized. */
  readonly averageBits?: number;
  readonly bitOperations?: number;
  readonly maxLoss?: number;
  readonly minSqnr?: number;
  /** Bits never rise with depth. */
  readonly decreasing: boolean;
  /** Choices for the whole model that are measured at most. */
  readonly tries: number;
}

/** A choice, and how sure it is. */
export interface Chosen {
  readonly choice: CandidateChoice;
  /** How much more than the best it may lose, as a part of its loss; 0 where it is proven best. */
  readonly gap: number;
}

/** Limits that cost something, in the order of the costs of options. */
export function resourcesOf(problem: BudgetProblem, { bytes, averageBits, bitOperations }: Limits) {
  const values = problem.items.reduce((sum, item) => sum + item.values, 0);
  const forWeights = [
    ...(bytes === undefined ? [] : [bytes - problem.otherBytes]),
    ...(averageBits === undefined ? [] : [Math.floor((averageBits * values) / 8)]),
  ];
  const size = { capacity: Math.min(...forWeights), costOf: (option: BudgetOption) => option.storedBytes };
  const work = {
    capacity: bitOperations ?? Infinity,
    costOf: (option: BudgetOption) => option.bitOperations,
  };
  return [...(forWeights.length > 0 ? [size] : []), ...(bitOperations === undefined ? [] : [work])];
}

/** The knapsack of what costs something: the loss is to be smallest. */
export function sizeKnapsack(problem: BudgetProblem, limits: Limits): KnapsackProblem {
  const resources = resourcesOf(problem, limits);
  const costsOf = (option: BudgetOption) => resources.map(({ costOf }) => costOf(option));
  return {
    items: knapsackItems(problem, ({ loss }) => loss, costsOf, limits.decreasing),
    capacities: resources.map(({ capacity }) => capacity),
    ranks: limits.decreasing ? problem.ranks : 1,
  };
}

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
  const known = joint.flatMap((one) => {
    const options = optionsOfChoice(problem.items, one.choice);
    return options !== undefined && isWithin(knapsack, options) ? [{ ...one, options }] : [];
  });
  // What did not hold when its result was run does not hold, whatever was measured before.
  const failing = known.filter((one) => !holds(one, limits));
  const holding = known.filter((one) => !failing.some((other) => isSameChoice(one.choice, other.choice)));
  // Of what leaves room for more, the rest of the budget would be wasted.
  const full = holding.filter(({ options }) => filled(knapsack, options) === options);
  const best = leastEffect(full.length > 0 ? full : holding.length > 0 ? holding : known);
  const isOver = !explores || joint.length >= limits.tries;
  const swapped = isOver ? undefined : bestSwap(problem, knapsack, best.options, joint);
  if (swapped !== undefined) return { choice: swapped, gap };
  return holding.length > 0 ? { choice: best.choice, gap } : undefined;
}

const leastEffect = <T extends JointEffect>(known: readonly T[]): T =>
  known.reduce((one, other) => (other.effect < one.effect ? other : one));

/** Whether a choice keeps limits and order. */
function isWithin({ items, capacities }: KnapsackProblem, options: readonly number[]): boolean {
  const chosen = options.map((option, i) => items[i][option]);
  const falls = chosen.every(({ rank }, i) => i === 0 || rank <= chosen[i - 1].rank);
  return (
    falls &&
    capacities.every((capacity, at) => chosen.reduce((sum, { costs }) => sum + costs[at], 0) <= capacity)
  );
}

/** The change of two weights that loses least, by the sum of single effects, among those that nobody has measured yet. */
function bestSwap(
  { items }: BudgetProblem,
  knapsack: KnapsackProblem,
  options: readonly number[],
  joint: readonly JointEffect[],
): CandidateChoice | undefined {
  const moves = options.flatMap((now, item) =>
    knapsack.items[item].map((option, to) => ({
      item,
      to,
      loss: option.loss - knapsack.items[item][now].loss,
      isWider: option.costs[0] > knapsack.items[item][now].costs[0],
    })),
  );
  const wider = moves.filter(({ isWider, loss }) => isWider && loss < 0).sort((a, b) => a.loss - b.loss);
  const narrower = moves.filter(({ isWider, loss }) => !isWider && loss > 0).sort((a, b) => a.loss - b.loss);
  const pairs = wider
    .slice(0, mostMoves)
    .flatMap((up) =>
      narrower.slice(0, mostMoves).flatMap((down) => (up.item === down.item ? [] : [{ up, down }])),
    )
    .sort((a, b) => a.up.loss + a.down.loss - b.up.loss - b.down.loss);
  for (const { up, down } of pairs) {
    const swapped = options.with(up.item, up.to).with(down.item, down.to);
    if (!isWithin(knapsack, swapped)) continue;
    const changed = filled(knapsack, swapped);
    const choice = choiceOf(items, changed);
    if (!joint.some((one) => isSameChoice(one.choice, choice))) return choice;
  }
  return undefined;
}

/** Changes in each direction that are paired. */
const mostMoves = 60;

/** Between what holds and what does not hold, so near is near enough. */
const nearEnough = 1.25;

/** The smallest choice that is known to hold; while the caller explores, one between what holds and what does not. */
function smallestThatHolds(
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
  const isNear = (low > 0 && high / low < nearEnough) || joint.length >= limits.tries;
  if (explores && !isKnown && !(isNear && holding.length > 0)) return { choice: next, gap: 0 };
  const widest = leastBytes(problem, limits, 0);
  if (explores && holding.length === 0 && widest !== undefined)
    return known.some((one) => isSameChoice(one.choice, widest)) ? undefined : { choice: widest, gap: 0 };
  const smallest = [...holding].sort((a, b) => a.bytes - b.bytes || a.effect - b.effect)[0];
  const choice = smallest?.choice ?? next;
  return choice && { choice, gap: 0 };
}

/** Whether what was measured keeps the limits of quality. */
export function holds(
  { sqnrDb, loss }: Pick<JointEffect, 'sqnrDb' | 'loss'>,
  { minSqnr, maxLoss }: Pick<Limits, 'minSqnr' | 'maxLoss'>,
): boolean {
  const isClear = minSqnr === undefined || sqnrDb === undefined || sqnrDb === null || sqnrDb >= minSqnr;
  return isClear && (maxLoss === undefined || loss === undefined || loss <= maxLoss);
}

/** The sum of effects to aim at next, between the largest that held and the smallest that did not. */
function nextEffect(low: number, high: number, { minSqnr, maxLoss }: Limits): number {
  if (low > 0 && Number.isFinite(high)) return Math.sqrt(low) * Math.sqrt(high);
  if (low > 0) return 4 * low;
  if (Number.isFinite(high)) return high / 4;
  return minSqnr === undefined ? Math.max(maxLoss ?? 0, 0.01) / 100 : 10 ** (-minSqnr / 10);
}

/** The smallest choice of all: among equals, the one that loses least. */
export function smallestChoice(problem: BudgetProblem, { decreasing }: Limits): Chosen | undefined {
  const costsOf = ({ storedBytes }: BudgetOption) => [storedBytes];
  const items = knapsackItems(problem, ({ loss }) => loss, costsOf, decreasing);
  const ranks = decreasing ? problem.ranks : 1;
  const least = leastCost({ items, capacities: [0], ranks }, 0);
  const solution = solveKnapsack({ items, capacities: [least * (1 + 1e-9)], ranks });
  return solution && { choice: choiceOf(problem.items, solution.chosen), gap: 0 };
}

/** The smallest choice whose single effects add up to so much at most, or to as little as they can. */
function leastBytes(
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
