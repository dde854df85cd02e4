import { LowbitError } from '@lowbit/core/method';
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
 * Chooses bits for each weight so that the expected loss Σ n·σ²·D(k) is small under Σ n·k ≤ `budget` (bits).
 *
 * Greedy: every weight starts at the narrowest width; the next step goes to the weight whose loss falls most
 * per bit spent, as long as it fits the budget. Ties go to the weight named first. As D is convex, the
 * result is optimal except for what the last step that does not fit leaves over.
 *
 * @param widths the widths to choose from, default 1 … 16
 * @returns bits by id. Throws `invalid-argument` when the narrowest width exceeds the budget already.
 */
export function allocateBits(
  weights: readonly MeasuredWeight[],
  budget: number,
  widths: readonly number[] = stepTable.map((row) => row.bits),
): ReadonlyMap<string, number> {
  const ascending = [...widths].sort((a, b) => a - b);
  const level = weights.map(() => 0);
  const least = weights.reduce((sum, { count }) => sum + count * (ascending[0] as number), 0);
  if (!(budget >= least)) throw tooSmall(budget, least);
  let left = budget - least;
  for (;;) {
    const best = bestStep(weights, level, ascending, left);
    if (best === undefined) break;
    level[best.index] = (level[best.index] as number) + 1;
    left -= best.cost;
  }
  return new Map(weights.map(({ id }, i) => [id, ascending[level[i] as number] as number]));
}

interface Step {
  readonly index: number;
  readonly cost: number;
  readonly gain: number;
}

/** The step with the largest loss saved per bit among those that cost at most `left`. */
function bestStep(
  weights: readonly MeasuredWeight[],
  level: readonly number[],
  widths: readonly number[],
  left: number,
): Step | undefined {
  let best: Step | undefined;
  weights.forEach(({ count, deviation }, index) => {
    const from = widths[level[index] as number] as number;
    const to = widths[(level[index] as number) + 1];
    if (to === undefined) return;
    const cost = count * (to - from);
    if (cost > left) return;
    const saved = layerLoss(count, deviation, from) - layerLoss(count, deviation, to);
    const gain = cost === 0 ? 0 : saved / cost;
    if (gain > (best?.gain ?? 0)) best = { index, cost, gain };
  });
  return best;
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
