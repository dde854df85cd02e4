import { defined } from '../contract/defined.js';
import type { SessionOptions } from '../contract/events.js';
import type { Measurements } from '../contract/measurements.js';
import { pauses } from '../contract/pause.js';
import type { BitAssignment, BudgetTerms } from '../contract/policy.js';
import { isLowbitError, type LowbitError } from '../errors/error.js';
import { draftPrepared, planPrepared, type Prepared } from '../plan/make-plan.js';
import { isSameChoice } from '../policy/known.js';
import { defaultTries } from '../policy/next-step.js';
import type { Judge } from './judge-outputs.js';
import { areResultsQuick } from './quick-results.js';
import { withResult, withWritten } from './with-written.js';
import { measuringTogether } from './measuring-together.js';
import { choiceOfDrafts, type Chosen, type Spending } from './spending.js';

/** With what compares with the original, where something does. */
export interface Judging<M> extends Spending<M> {
  readonly judge: Judge | undefined;
  /** Samples of the data. */
  readonly samples: number;
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
 * Has the policy choose; what it has not seen as a whole is measured, until it takes what it has seen: by its result, where that is there
 * quickly and data choose its codes, otherwise by the nearest codes.
 *
 * @param ofResults Whether it chooses by results that were written, what to write next: nothing is measured then.
 */
export async function explore<M>(
  { port, prepared, terms, judge, samples, writeOne, session }: Judging<M>,
  given: Measurements,
  ofResults = false,
): Promise<Explored> {
  const pause = pauses(session.signal, 'measure');
  const run = port.run?.bind(port);
  const measureTogether = judge && run && !ofResults ? measuringTogether(port, run, judge) : undefined;
  const explores = measureTogether !== undefined;
  const before = prepared.recipe.measurements?.joint.length ?? 0;
  const tries = triesOf(terms, given);
  const tell = tellerOf(tries, given, before, session);
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
    tell(measurements);
    const isQuick = areResultsQuick(resolved.entries, measurements.items, samples, tries);
    const written = isQuick ? await writeOne(resolved, judge) : undefined;
    if (written?.judged === undefined) {
      const seen = await measureTogether(resolved.entries);
      measurements = { ...measurements, joint: [...measurements.joint, { choice, ...seen }] };
    } else {
      const { judged, bytes, weightBytes } = written;
      measurements = withResult(measurements, choice, judged);
      measurements = withWritten(measurements, { choice, bytes, ...defined({ weightBytes }) });
    }
  }
}

/** Choices that are measured at most. */
const triesOf = ({ bytes, averageBits, tries }: BudgetTerms, { items }: Measurements): number =>
  tries ?? defaultTries(items.length, (bytes ?? averageBits) !== undefined);

/**
 * Tells how far exploring is, and how long it may take at most, by the time that choices took.
 *
 * @param before Choices that were known before the budget was spent.
 */
function tellerOf(
  most: number,
  { joint }: Measurements,
  before: number,
  { onProgress }: SessionOptions,
): (now: Measurements) => void {
  const start = Date.now();
  return (now) => {
    const done = now.joint.length - before;
    const total = Math.max(most, done + 1);
    const each = (Date.now() - start) / 1000 / (now.joint.length - joint.length);
    const secondsLeft = Number.isFinite(each) ? each * (total - done) : undefined;
    onProgress?.({ phase: 'measure', done, total, id: 'all weights together', ...defined({ secondsLeft }) });
  };
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
