import { defined } from '../contract/defined.js';
import type { Measurements, WrittenSize } from '../contract/measurements.js';
import { isLowbitError, LowbitError } from '../errors/error.js';
import { draftPrepared, planPrepared } from '../plan/make-plan.js';
import { type Chosen, choiceOfDrafts, isSmall, type Spending, type WrittenPlan } from './spending.js';
import { withWritten } from './with-written.js';

/** The smallest choice, and what was written of it. */
export interface SmallestChoice extends Chosen, WrittenSize, Pick<WrittenPlan, 'averageBits'> {
  /** Whether it is as small as is asked for. */
  readonly isSmall: boolean;
}

/**
 * Writes the smallest choice, by which it is known what the model takes beside its weights, and what is attainable. Effects are not
 * needed for it: that a budget is too small is told before anything is run.
 *
 * @param measured What candidates cost.
 * @throws LowbitError `budget-infeasible`.
 */
export async function smallestOf<M>(spending: Spending<M>, measured: Measurements): Promise<SmallestChoice> {
  const known = knowing(spending, measured);
  const drafts = draftPrepared(known, { smallest: true });
  const { resolved } = planPrepared(spending.port, known, drafts);
  const { bytes, weightBytes, averageBits } = await spending.writeOne(resolved, undefined);
  const isAttainable = isSmall({ bytes, averageBits }, spending.terms);
  const smallest = {
    choice: choiceOfDrafts(measured, drafts),
    resolved,
    bytes,
    averageBits,
    ...defined({ weightBytes }),
    isSmall: isAttainable,
  };
  if (isAttainable) return smallest;
  try {
    // The policy says what stands against less.
    draftPrepared(knowing(spending, withWritten(measured, smallest)));
  } catch (error) {
    const isTooLarge = bytes > (spending.terms.bytes ?? Infinity);
    const isCorrected = isTooLarge && resolved.entries.some(({ corrects }) => corrects === true);
    if (!isCorrected || !isLowbitError(error) || error.code !== 'budget-infeasible') throw error;
    const recipe = { ...known.recipe, correctBiases: false };
    const plain = planPrepared(spending.port, { ...known, recipe }, drafts);
    const { bytes: uncorrected } = await spending.writeOne(plain.resolved, undefined);
    throw uncorrected < bytes ? naming(error, uncorrected) : error;
  }
  return smallest;
}

/** The error of a budget that is too small, with what the model takes at least where biases stay as they are. */
function naming(error: LowbitError, bytes: number): LowbitError {
  const [problem, ...others] = error.problems;
  const words = `Or leave biases as they are (correctBiases: false): then it takes ${bytes} bytes at least.`;
  const remedy = [problem?.remedy, words].filter((word) => word !== undefined).join(' ');
  return new LowbitError([{ ...problem!, remedy }, ...others], { cause: error });
}

const knowing = <M>({ prepared }: Spending<M>, measurements: Measurements) => ({
  ...prepared,
  recipe: { ...prepared.recipe, measurements },
});
