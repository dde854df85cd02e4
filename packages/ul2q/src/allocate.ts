import { LowbitError } from '@lowbit/core/method';
import { solveKnapsack } from '@lowbit/core/policy';
import { layerLoss } from './loss.js';
import { stepTable } from './steps.js';

/** What the allocation needs to know of one weight. */
export interface MeasuredWeight {
  readonly id: string;
  /** Number of values. */
  readonly count: number;
  /**
   * Standard deviation of the values within a slice. With several slices: the square root of the mean of
   * their variances.
   */
  readonly deviation: number;
}

/**
 * Chooses bits for each weight so that the expected loss Σ n·σ²·D(k) is smallest under Σ n·k ≤ `budget` (bits). Equal losses: the
 * narrower width.
 *
 * @param widths the widths to choose from, default 1 … 16
 * @returns bits by id. Throws `invalid-argument` when the narrowest width exceeds the budget already.
 */
export function allocateBits(
  weights: readonly MeasuredWeight[],
  budget: number,
  widths: readonly number[] = stepTable.map((row) => row.bits),
): ReadonlyMap<string, number> {
  const bitsFor = ({ count }: MeasuredWeight, bits: number) => count * bits;
  const found = leastLoss(weights, budget, widths, bitsFor);
  if (found !== undefined) return found;
  throw tooSmall(
    budget,
    weights.reduce((sum, weight) => sum + bitsFor(weight, Math.min(...widths)), 0),
  );
}

/**
 * The bits with the smallest expected loss of all that can be afforded.
 *
 * @param costOf What a weight costs with so many bits.
 * @returns `undefined` where nothing can be afforded.
 */
export function leastLoss(
  weights: readonly MeasuredWeight[],
  budget: number,
  widths: readonly number[],
  costOf: (weight: MeasuredWeight, bits: number) => number,
): ReadonlyMap<string, number> | undefined {
  if (Number.isNaN(budget)) return undefined;
  const ascending = [...new Set(widths)].sort((a, b) => a - b);
  const items = weights.map((weight) =>
    ascending.map((bits) => ({
      loss: layerLoss(weight.count, weight.deviation, bits),
      costs: [costOf(weight, bits)],
      rank: 0,
    })),
  );
  const solution = solveKnapsack({ items, capacities: [budget], ranks: 1 });
  return (
    solution && new Map(weights.map(({ id }, i) => [id, ascending[solution.chosen[i] as number] as number]))
  );
}

function tooSmall(budget: number, needed: number): LowbitError {
  return new LowbitError({
    code: 'invalid-argument',
    where: 'allocateBits: budget',
    expected: `at least ${needed} bits, the narrowest width everywhere`,
    received: String(budget),
    remedy: 'Raise the budget, or allow a narrower width.',
  });
}
