import type { CandidateChoice, JointEffect, WrittenSize } from '../contract/measurements.js';
import { type BudgetOption, type BudgetProblem, asWritten, knapsackItems } from './budget-problem.js';
import type { KnapsackProblem } from './knapsack.js';
import { isSameChoice } from './known.js';

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
  /** Choices for the whole model that are measured at most. See `Budget`. */
  readonly tries?: number;
}

/** A choice, and how sure it is. */
export interface Chosen {
  readonly choice: CandidateChoice;
  /** How much more than the best it may lose, as a part of its loss; 0 where it is proven best. */
  readonly gap: number;
}

/** What a limit is of, what there is, and what an option takes of it. */
interface Resource {
  readonly of: 'bytes' | 'averageBits' | 'bitOperations';
  readonly capacity: number;
  readonly costOf: (option: BudgetOption) => number;
}

/** Limits that cost something, in the order of the costs of options. */
export function resourcesOf(
  problem: BudgetProblem,
  { bytes, averageBits, bitOperations }: Limits,
): readonly Resource[] {
  const ofFile = {
    of: 'bytes' as const,
    capacity: (bytes ?? Infinity) - problem.otherBytes,
    costOf: (option: BudgetOption) => option.storedBytes,
  };
  const ofValues = {
    of: 'averageBits' as const,
    capacity: averageBits === undefined ? Infinity : bytesOnAverage(problem, averageBits),
    costOf: (option: BudgetOption) => option.valueBytes,
  };
  const work = {
    of: 'bitOperations' as const,
    capacity: bitOperations ?? Infinity,
    costOf: (option: BudgetOption) => option.bitOperations,
  };
  const sizes = [...(bytes === undefined ? [] : [ofFile]), ...(averageBits === undefined ? [] : [ofValues])];
  // Where nothing but codes and parameters is stored, the tighter of two limits holds.
  const isOne = sizes.length > 1 && storesValuesAlone(problem);
  const tighter = ofFile.capacity <= ofValues.capacity ? ofFile : ofValues;
  return [...(isOne ? [tighter] : sizes), ...(bitOperations === undefined ? [] : [work])];
}

const storesValuesAlone = ({ items }: BudgetProblem): boolean =>
  items.every(({ options }) => options.every(({ storedBytes, valueBytes }) => storedBytes === valueBytes));

/** Bytes of all weights where those that can be quantized take so many bits a value; what is left as it is in any case is no part of that. */
function bytesOnAverage(problem: BudgetProblem, bits: number): number {
  const { values, leftBytes } = quantizable(problem);
  return Math.floor((bits * values) / 8) + leftBytes - problem.otherWeightBytes;
}

/** Values of the weights that can be quantized, and bytes of the others. */
export function quantizable({ items }: BudgetProblem): {
  readonly values: number;
  readonly leftBytes: number;
} {
  const isLeft = ({ options }: BudgetProblem['items'][number]) =>
    options.every(({ float }) => float === true);
  return {
    values: items.reduce((sum, item) => sum + (isLeft(item) ? 0 : item.values), 0),
    leftBytes: items.reduce(
      (sum, item) => sum + (isLeft(item) ? Math.min(...item.options.map(({ valueBytes }) => valueBytes)) : 0),
      0,
    ),
  };
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
 * The knapsack by which a choice is judged: what was written of it tells what it leaves for weights, whatever others took.
 *
 * @param spare Bytes by which it may take less than is estimated, where it was not written.
 */
export function knapsackOfChoice(
  problem: BudgetProblem,
  written: readonly WrittenSize[],
  limits: Limits,
  choice: CandidateChoice,
  spare = 0,
): KnapsackProblem {
  const own = written.findLast((one) => isSameChoice(one.choice, choice));
  const told =
    own === undefined ? { ...problem, otherBytes: problem.otherBytes - spare } : asWritten(problem, own);
  return sizeKnapsack(told, limits);
}

/** Whether a choice keeps limits and order. */
export function isWithin({ items, capacities }: KnapsackProblem, options: readonly number[]): boolean {
  const chosen = options.map((option, i) => items[i][option]);
  const falls = chosen.every(({ rank }, i) => i === 0 || rank <= chosen[i - 1].rank);
  return (
    falls &&
    capacities.every((capacity, at) => chosen.reduce((sum, { costs }) => sum + costs[at], 0) <= capacity)
  );
}

/** Whether what was measured keeps the limits of quality. */
export function holds(
  { sqnrDb, loss }: Pick<JointEffect, 'sqnrDb' | 'loss'>,
  { minSqnr, maxLoss }: Pick<Limits, 'minSqnr' | 'maxLoss'>,
): boolean {
  const isClear = minSqnr === undefined || sqnrDb === undefined || sqnrDb === null || sqnrDb >= minSqnr;
  return isClear && (maxLoss === undefined || loss === undefined || loss <= maxLoss);
}
