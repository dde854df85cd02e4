import { LowbitError, type Batch } from '@lowbit/core';

import type { Comparison } from './comparison.js';
import { differenceOf, mergeDifferences } from './difference.js';
import type { ModelValue } from '../model/model-interface.js';
import { outputCollector, type OutputCollector, type OutputValues } from './output-collector.js';
import { pairedTimes } from './paired-times.js';
import { timeRounds } from './time-rounds.js';

/** Two loaded models with the same inputs and outputs, in a runtime that has its own form of values. */
export interface ComparedSessions<Inputs, Result> {
  readonly a: Runnable<Inputs, Result>;
  readonly b: Runnable<Inputs, Result>;
  readonly outputs: readonly ModelValue[];
  /** A batch in the form of the runtime. */
  readonly inputs: (batch: Batch) => Inputs;
  /** What a run gave, in the order of `outputs`. */
  readonly values: (result: Result) => readonly OutputValues[];
}

interface Runnable<Inputs, Result> {
  run(inputs: Inputs): Promise<Result>;
}

export interface CompareSettings {
  /** Rounds in which times are taken. */
  readonly rounds: number;
  /** Where the labels are from, when the accuracy is wanted. */
  readonly labels?: string;
  /** Waited for before every run; it may throw to end the work. */
  readonly before: (step: 'compare' | 'time', done: number) => Promise<void>;
}

/**
 * Runs both models on every batch, compares what they give, and takes times on the first batch.
 *
 * @throws LowbitError `runtime-failed`; `calibration-invalid` for labels that fit no output; whatever `batches` and
 *   `before` throw.
 */
export async function compareSessions<Inputs, Result>(
  sessions: ComparedSessions<Inputs, Result>,
  batches: AsyncIterable<Batch> | Iterable<Batch>,
  { rounds, labels, before }: CompareSettings,
): Promise<Comparison> {
  const { values, outputs } = sessions;
  const collectors = outputs.map(outputCollector);
  let first: Inputs | undefined;
  let count = 0;
  for await (const batch of batches) {
    const inputs = sessions.inputs(batch);
    first ??= inputs;
    await before('compare', count);
    const a = values(await sessions.a.run(inputs));
    await before('compare', count);
    const b = values(await sessions.b.run(inputs));
    collectors.forEach((collector, i) => {
      collector.add(a[i] as OutputValues, b[i] as OutputValues, batch.labels);
    });
    if (labels !== undefined) checkAccuracy(collectors, labels, a);
    count++;
  }
  return { batches: count, ...figures(collectors), time: await timesOf(sessions, first, rounds, before) };
}

function figures(collectors: readonly OutputCollector[]): Pick<Comparison, 'outputs' | 'overall'> {
  return {
    outputs: collectors.map((collector) => collector.finish()),
    overall: differenceOf(mergeDifferences(collectors.map((collector) => collector.sums()))),
  };
}

async function timesOf<Inputs, Result>(
  { a, b }: ComparedSessions<Inputs, Result>,
  inputs: Inputs | undefined,
  rounds: number,
  before: CompareSettings['before'],
): Promise<Comparison['time']> {
  if (inputs === undefined) return null;
  const runs = {
    a: () => a.run(inputs),
    b: () => b.run(inputs),
    before: (round: number) => before('time', round),
    now: () => performance.now(),
  };
  return pairedTimes(await timeRounds(runs, rounds));
}

function checkAccuracy(
  collectors: readonly OutputCollector[],
  where: string,
  outputs: readonly OutputValues[],
): void {
  if (collectors.some((collector) => collector.finish().accuracy !== undefined)) return;
  throw new LowbitError({
    code: 'calibration-invalid',
    where,
    expected: 'an output with scores of classes, a row for each label: [samples, classes]',
    received: `outputs of the shapes ${outputs.map(({ shape }) => `[${shape.join(', ')}]`).join(', ')}`,
    remedy: 'Leave the labels away.',
  });
}
