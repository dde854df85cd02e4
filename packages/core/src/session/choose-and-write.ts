import { defined } from '../contract/defined.js';
import type { CandidateChoice, JointEffect, Measurements } from '../contract/measurements.js';
import type { BudgetTerms } from '../contract/policy.js';
import { LowbitError } from '../errors/error.js';
import { isSameChoice, isBetterByFar, latestOf } from '../policy/known.js';
import { holds } from '../policy/limits.js';
import { predictedEffect } from './budget-report.js';
import { explore, type Judging } from './explore.js';
import type { SmallestChoice } from './smallest-choice.js';
import { type Chosen, isSmall, type WrittenPlan } from './spending.js';
import { withBestWritten, withFirstWritten } from './try-choices.js';
import { withResult, withWritten } from './with-written.js';

/** What a budget was spent on, and what is known by then. */
export interface Attained {
  readonly chosen: Chosen;
  readonly measurements: Measurements;
  /** Stored bits a value. Absent where nothing was written. */
  readonly averageBits?: number;
  /** What it does to the outputs. Absent where no limit of quality is set. */
  readonly judged?: WrittenPlan['judged'];
}

/** What was written and keeps all limits. */
interface Kept {
  readonly chosen: Chosen;
  readonly bytes: number;
  readonly averageBits: number;
  readonly judged?: WrittenPlan['judged'];
}

/** Times that a plan is written until its size is right. */
const mostWrites = 12;
/** Part of a budget of bytes that is used where the choices allow. */
const wellUsed = 0.99;

/**
 * Has the policy choose, and writes what it chose until the budget is used: what the estimate of the size missed is spent or given
 * back. Of all that was written and keeps the limits, what loses least is taken. Where quality alone is limited, results that hold are followed by
 * smaller ones until they do not, and the smallest is taken.
 *
 * @throws LowbitError `budget-infeasible`; `aborted`; the port's own errors.
 */
export async function chooseAndWrite<M>(
  spending: Judging<M>,
  measured: Measurements,
  smallest: SmallestChoice | undefined,
): Promise<Attained> {
  const { terms, judge, writeOne } = spending;
  const isChecked = terms.maxLoss !== undefined || terms.minSqnr !== undefined;
  let measurements = (smallest?.written ?? []).reduce(withWritten, measured);
  const isSized = terms.bytes !== undefined || terms.averageBits !== undefined;
  // Taken only where nothing else is.
  const least: Kept | undefined =
    smallest?.isSmall === true && !isChecked ? { ...smallest, chosen: smallest } : undefined;
  let best: Kept | undefined;
  let isBestTried = !isChecked;
  const tried: CandidateChoice[] = [];
  const tell = (done: number) =>
    spending.session.onProgress?.({
      phase: 'measure',
      done,
      total: mostWrites,
      id: 'results as they are written',
    });
  if (isSized && judge !== undefined) measurements = await withFirstWritten(spending, measurements);
  while (tried.length < mostWrites) {
    const { chosen, infeasible, ...explored } = await explore(
      spending,
      measurements,
      !isSized && best !== undefined,
    );
    ({ measurements } = explored);
    if (chosen === undefined) {
      // Once something fits, that nothing else does ends the search.
      if ((best ?? least) !== undefined) break;
      if (isBestTried) throw infeasible ?? neverFits(terms, measurements);
      isBestTried = true;
      measurements = await withBestWritten(spending, measurements);
      continue;
    }
    const { choice, resolved } = chosen;
    if (!isSized && !isChecked) return { chosen, measurements };
    if (tried.some((one) => isSameChoice(one, choice))) break;
    tried.push(choice);
    if (isChecked) tell(tried.length);
    const { judged, averageBits, ...size } = await writeOne(resolved, isChecked ? judge : undefined);
    const { bytes } = size;
    const isHeld = judged === undefined || holds(judged, terms);
    measurements = withWritten(measurements, { choice, ...size });
    if (judged !== undefined && !(isHeld && isSized)) measurements = withResult(measurements, choice, judged);
    if (!isHeld || !isSmall({ bytes, averageBits }, terms)) continue;
    const now: Kept = { chosen, bytes, averageBits, ...defined({ judged }) };
    if (best === undefined || (isSized ? isBetter(now, best, measurements) : isSmaller(now, best)))
      best = now;
    const used = Math.max(bytes / (terms.bytes ?? Infinity), averageBits / (terms.averageBits ?? Infinity));
    if (isSized && used >= wellUsed) break;
  }
  const taken = best ?? least;
  if (taken === undefined) throw neverFits(terms, measurements);
  const { chosen, averageBits, judged } = taken;
  return { chosen, measurements, averageBits, ...defined({ judged }) };
}

/** Of what holds, the smallest is to be taken; of equals what is off less. */
const isSmaller = (one: Kept, other: Kept): boolean =>
  one.bytes < other.bytes ||
  (one.bytes === other.bytes && (one.judged?.effect ?? 0) < (other.judged?.effect ?? 0));

/**
 * Whether one is to be taken in place of another, by what was seen of both together or by the sum of what is known of single weights: what takes more,
 * unless it loses more by far, and of equals what loses less.
 */
function isBetter(one: Kept, other: Kept, measurements: Measurements): boolean {
  const joint = latestOf(measurements.joint);
  const seenOf = ({ chosen }: Kept) => joint.find(({ choice }) => isSameChoice(choice, chosen.choice));
  const guessOf = ({ chosen }: Kept) => ({ effect: predictedEffect(chosen.choice, measurements) });
  const seen = [seenOf(one), seenOf(other)];
  const [a, b] = seen.includes(undefined)
    ? [guessOf(one), guessOf(other)]
    : (seen as [JointEffect, JointEffect]);
  if (one.bytes < other.bytes) return isBetterByFar(a, b);
  return one.bytes > other.bytes ? !isBetterByFar(b, a) : a.effect < b.effect;
}

function neverFits({ bytes, maxLoss, minSqnr }: BudgetTerms, { written }: Measurements): LowbitError {
  const limits = [
    bytes !== undefined && `${bytes} bytes`,
    maxLoss !== undefined && `a loss of ${maxLoss}`,
    minSqnr !== undefined && `${minSqnr} dB`,
  ].filter((word) => word !== false);
  return new LowbitError({
    code: 'budget-infeasible',
    where: 'budget',
    expected: `what keeps ${limits.join(' and ')} when it is written`,
    received: `sizes of ${written.map((one) => one.bytes).join(', ')} bytes`,
    remedy: 'Allow a little more.',
  });
}
