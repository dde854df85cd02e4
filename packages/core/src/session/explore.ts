import type { Measurements } from '../contract/measurements.js';
import { pauses } from '../contract/pause.js';
import type { BitAssignment } from '../contract/policy.js';
import { isLowbitError, type LowbitError } from '../errors/error.js';
import { draftPrepared, planPrepared, type Prepared } from '../plan/make-plan.js';
import { isSameChoice } from '../policy/known.js';
import type { Judge } from './judge-outputs.js';
import { measuringTogether } from './measuring-together.js';
import { choiceOfDrafts, type Chosen, type Spending } from './spending.js';

/** With what compares with the original, where something does. */
export interface Judging<M> extends Spending<M> {
  readonly judge: Judge | undefined;
}

/** What exploring came to. */
export interface Explored {
  readonly measurements: Measurements;
  /** Absent where nothing that may be chosen keeps the limits. */
  readonly chosen?: Chosen;
  /** Why nothing is chosen. */
  readonly infeasible?: LowbitError;
}

/**
 * Has the policy choose; what it has not seen as a whole is measured, until it takes what it has seen.
 *
 * @param ofResults Whether it chooses by results that were written, what to write next: nothing is measured then.
 */
export async function explore<M>(
  { port, prepared, judge, session }: Judging<M>,
  given: Measurements,
  ofResults = false,
): Promise<Explored> {
  const pause = pauses(session.signal, 'measure');
  const run = port.run?.bind(port);
  const measureTogether = judge && run && !ofResults ? measuringTogether(port, run, judge) : undefined;
  const explores = measureTogether !== undefined;
  let measurements = given;
  for (;;) {
    const known = { ...prepared, recipe: { ...prepared.recipe, measurements } };
    const drafts = draftsOf(known, ofResults ? 'results' : explores);
    if (isLowbitError(drafts)) return { measurements, infeasible: drafts };
    const choice = choiceOfDrafts(measurements, drafts);
    const { resolved } = planPrepared(port, known, drafts);
    const isKnown = measurements.joint.some((one) => isSameChoice(one.choice, choice));
    if (!explores || isKnown) return { measurements, chosen: { choice, resolved } };
    await pause();
    const done = measurements.joint.length;
    session.onProgress?.({ phase: 'measure', done, total: 0, id: 'all weights together' });
    const judged = await measureTogether(resolved.entries);
    measurements = { ...measurements, joint: [...measurements.joint, { choice, ...judged }] };
  }
}

/** What the policy chooses, or the error of limits that nothing keeps. */
function draftsOf(known: Prepared, explores: boolean | 'results'): readonly BitAssignment[] | LowbitError {
  try {
    return draftPrepared(known, { explores });
  } catch (error) {
    if (isLowbitError(error) && error.code === 'budget-infeasible') return error;
    throw error;
  }
}
