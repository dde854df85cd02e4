import { LowbitError } from '@lowbit/core';
import { mergeMeasurements, type Measurements } from '@lowbit/core/policy';
import { checkList } from './check-given.js';
import type { Outcome, Trial, TrialSettings } from './job.js';

/**
 * What jobs have measured, as if one had: the same, byte for byte, as `measure` of `@lowbit/core/policy` gives.
 *
 * @throws LowbitError `invalid-argument` where none of them measured.
 */
export function measurementsOf(outcomes: readonly Outcome[]): Measurements {
  checkOutcomes(outcomes, 'measurementsOf');
  const parts = outcomes.flatMap(({ result }) => ('measured' in result ? [result.measured] : []));
  return mergeMeasurements(parts);
}

/** Settings, and what they give. */
export interface TriedSettings extends TrialSettings {
  /** Hash of what the result depends on. */
  readonly key: string;
  readonly trial: Trial;
}

/** What jobs have tried, in their order. @throws LowbitError `invalid-argument`. */
export function trialsOf(outcomes: readonly Outcome[]): readonly TriedSettings[] {
  checkOutcomes(outcomes, 'trialsOf');
  return outcomes.flatMap(({ key, job, result }) =>
    job.kind === 'trial' && 'trial' in result ? [{ key, ...job.settings, trial: result.trial }] : [],
  );
}

function checkOutcomes(outcomes: unknown, where: string): void {
  const isOutcome = (one: unknown) => Object(one).job !== undefined && Object(one).result !== undefined;
  checkList(outcomes, `${where}: outcomes`, 'what runTasks gave', isOutcome);
}

/** The result of a job as it was stored or sent. @throws LowbitError `packed-data` for what is none. */
export function checkedOutcome(value: unknown, key: string, where: string): Outcome {
  const { format, version, result, job } = Object(value) as Record<string, unknown>;
  const isResult = 'measured' in Object(result) || 'trial' in Object(result);
  if (format !== 'lowbit-result' || version !== 1 || !isResult || Object(value).key !== key)
    throw new LowbitError({
      code: 'packed-data',
      where,
      expected: 'the result of a job of this version',
      received: 'something else',
      remedy: 'Delete the file: the job is then run again.',
    });
  return { key, job, result } as Outcome;
}
