import { LowbitError, type Batch } from '@lowbit/core';

import type { CalibrationInput } from '../calibration/index.js';
import type { Comparison } from './comparison.js';
import { differenceOf, mergeDifferences } from './difference.js';
import { fromTensor } from './from-tensor.js';
import type { ModelValue } from '../model/model-interface.js';
import { outputCollector, type OutputCollector, type OutputValues } from './output-collector.js';
import { pairedTimes } from './paired-times.js';
import type { Feeds, Runtime } from '../runtime/load-runtime.js';
import type { Session } from './session.js';
import { timeRounds } from './time-rounds.js';
import { toFeeds } from './to-tensor.js';

/** Two loaded models with the same inputs and outputs. */
export interface ComparedSessions {
  readonly runtime: Runtime;
  readonly a: Session;
  readonly b: Session;
  readonly inputs: readonly CalibrationInput[];
  readonly outputs: readonly ModelValue[];
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
export async function compareSessions(
  sessions: ComparedSessions,
  batches: AsyncIterable<Batch> | Iterable<Batch>,
  { rounds, labels, before }: CompareSettings,
): Promise<Comparison> {
  const collectors = sessions.outputs.map(outputCollector);
  let first: Feeds | undefined;
  let count = 0;
  for await (const batch of batches) {
    const feeds = toFeeds(batch, sessions.inputs, sessions.runtime);
    first ??= feeds;
    await before('compare', count);
    const a = await outputsOf(sessions.a, feeds, sessions.outputs);
    await before('compare', count);
    const b = await outputsOf(sessions.b, feeds, sessions.outputs);
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

async function outputsOf(
  session: Session,
  feeds: Feeds,
  declared: readonly ModelValue[],
): Promise<OutputValues[]> {
  const outputs = await session.run(feeds);
  return declared.map(({ name }) => {
    const tensor = outputs[name]!;
    return { shape: tensor.dims, data: fromTensor(tensor, `output ${name}`) };
  });
}

async function timesOf(
  { a, b }: ComparedSessions,
  feeds: Feeds | undefined,
  rounds: number,
  before: CompareSettings['before'],
): Promise<Comparison['time']> {
  if (feeds === undefined) return null;
  const runs = {
    a: () => a.run(feeds),
    b: () => b.run(feeds),
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
