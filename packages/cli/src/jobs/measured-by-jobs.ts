import { mergeMeasurements, type Measurements } from '@lowbit/core/policy';
import { measurementsOf, measureTasks, type OpenedModel } from '@lowbit/sweep';
import { hashFiles } from '@lowbit/sweep/node';

import type { FoundModel } from '../model/find-model.js';
import { modelFiles } from '../model/model-files.js';
import type { Progress } from '../output/progress.js';
import { defaultChoices } from '../usage/budget-options.js';
import type { GivenOptions } from '../usage/quantize-options.js';
import type { WorkOptions } from '../usage/work-options.js';
import { basename } from 'node:path';
import { jobContext } from './job-context.js';
import { openForJobs } from './open-for-jobs.js';
import { runJobs } from './run-jobs.js';
import { shareMark, type Shared } from './work-shares.js';

/** What is measured, and how the work is done. */
export interface MeasuringOptions extends WorkOptions {
  readonly choices?: readonly number[];
  readonly metric?: string;
  readonly maxLoss?: number;
}

/** How what is measured is told and ended. */
interface Measuring {
  readonly signal: AbortSignal;
  readonly progress: Progress;
  /** The words that measure all, of which shares are made. */
  readonly command?: readonly string[];
}

/**
 * Measures what each weight costs and loses, as a list of jobs.
 *
 * @param given Of them those that results depend on are handed to threads and workers.
 * @throws LowbitError as `openForJobs` and `runJobs`.
 */
export async function measuredByJobs(
  model: FoundModel,
  path: string,
  given: MeasuringOptions & Parameters<typeof jobContext>[1],
  { signal, progress, command = [] }: Measuring,
): Promise<Shared<Measurements>> {
  const context = jobContext(path, given as { readonly [name in keyof GivenOptions]?: GivenOptions[name] });
  const opened: OpenedModel = await openForJobs(context, { signal });
  try {
    // A metric in which no loss is limited is what bits are chosen by.
    const isByMetric = given.metric !== undefined && given.maxLoss === undefined;
    const settings = isByMetric ? ({ by: 'metric' } as const) : {};
    const tasks = await measureTasks(opened, given.choices ?? defaultChoices, settings);
    const outcomes = await runJobs({ opened, context }, tasks, given, { signal, progress });
    const own = await measuredModel(model, signal);
    // Of more shares than jobs some have none.
    const measured = outcomes.length === 0 ? [] : [measurementsOf(outcomes)];
    const all = mergeMeasurements([{ ...nothingOf(opened.port.name), model: own }, ...measured]);
    return { ...all, ...(await shareMark(tasks, given.shard, command)) };
  } finally {
    await opened.close?.();
  }
}

const nothingOf = (port: string): Measurements => ({
  ...{ format: 'lowbit-measurements', version: 1, port },
  ...{ items: [], joint: [], written: [] },
});

/** What a model is told from others by: the bytes of all of its files. */
export async function measuredModel(
  model: FoundModel,
  signal: AbortSignal,
): Promise<NonNullable<Measurements['model']>> {
  const hash = await hashFiles(await modelFiles(model, signal), { signal });
  return { name: basename(model.file), hash };
}
