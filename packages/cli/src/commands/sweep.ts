import { basename } from 'node:path';

import { contentHash, type TrialGrid, trialTasks, trialsOf } from '@lowbit/sweep';
import { sweepText, type SweepDocument } from '@lowbit/report/text';

import { checkOutputs } from '../files/check-outputs.js';
import { standardStream } from '../files/standard-streams.js';
import { writeOutputs } from '../files/write-outputs.js';
import type { Io } from '../io.js';
import { jobContext } from '../jobs/job-context.js';
import { openForJobs } from '../jobs/open-for-jobs.js';
import { runJobs } from '../jobs/run-jobs.js';
import { shareMark, type Shared } from '../jobs/work-shares.js';
import { checkKind } from '../model/check-kind.js';
import { findModel } from '../model/find-model.js';
import { afterSweep, type QuantizingSetting } from '../output/after-sweep.js';
import { jsonText } from '../output/json.js';
import { createProgress, type Progress } from '../output/progress.js';
import { tell } from '../output/tell.js';
import { loadPlugins } from '../plugins/load-plugins.js';
import { checkMethod, checkRounding } from '../usage/check-method.js';
import type { SweepOptions } from '../usage/sweep-options.js';
import { usageError } from '../usage/usage-error.js';

/** Commands that go on with what this one does. */
export interface SweepCommands {
  /** The one that takes a setting. */
  readonly quantizing: QuantizingSetting;
  /** The words that try all, of which shares are made. */
  readonly whole: readonly string[];
}

/** `lowbit sweep`: tries methods, widths and granularities on a whole model, and tells what each gives. */
export async function sweepCommand(
  path: string,
  options: SweepOptions,
  io: Io,
  { quantizing, whole }: SweepCommands,
): Promise<void> {
  const progress = createProgress(io.stderr, options.json !== true && options.quiet !== true);
  try {
    const document = await sweep(path, options, io, { progress, whole });
    const files = [
      ...(options.output === undefined ? [] : [{ path: options.output, data: jsonText(document) }]),
      ...(options.report === undefined ? [] : [{ path: options.report, data: () => page(document) }]),
    ];
    await writeOutputs(files, { force: options.force === true, signal: io.signal });
    progress.end();
    tell(io.stdout, options, {
      document,
      text: (colors) => `${sweepText(document, colors)}\n`,
      next: afterSweep(document, options.output, quantizing),
    });
  } finally {
    progress.end();
  }
}

async function page(document: SweepDocument): Promise<string> {
  const { renderSweepPage } = await import('@lowbit/report');
  return renderSweepPage(document, { title: basename(document.input) });
}

async function sweep(
  path: string,
  options: SweepOptions,
  io: Io,
  { progress, whole }: { readonly progress: Progress; readonly whole: readonly string[] },
): Promise<Shared<SweepDocument>> {
  if (path === standardStream)
    throw usageError({
      where: path,
      expected: 'the path of a model, which each thread reads',
      received: 'standard input',
    });
  const { weights, bits, granularity, calibrate, rounding, output, report } = options;
  const methods = await loadPlugins(options.plugin);
  for (const method of weights) checkMethod(method, '--weights', methods, 'weight');
  if (rounding !== undefined) checkRounding(rounding, calibrate !== undefined, methods);
  const model = await findModel(path, options);
  checkKind(model, options);
  const planned = [
    ...(output === undefined ? [] : [{ path: output, label: '--output' }]),
    ...(report === undefined ? [] : [{ path: report, label: '--report' }]),
  ];
  await checkOutputs(planned, [model.file], options.force === true);
  const grid: TrialGrid = { weights, bits, granularity };
  // What is tried is no setting of the model.
  const context = jobContext(path, {
    ...options,
    weights: undefined,
    bits: undefined,
    granularity: undefined,
  });
  const opened = await openForJobs(context, { signal: io.signal });
  try {
    const tasks = await trialTasks(opened, grid);
    const outcomes = await runJobs({ opened, context }, tasks, options, { signal: io.signal, progress });
    const work = await contentHash(opened.identity);
    return {
      format: 'lowbit-sweep',
      version: 1,
      input: path,
      work,
      grid,
      total: tasks.length,
      rows: trialsOf(outcomes),
      ...(await shareMark(tasks, options.shard, whole)),
    };
  } finally {
    await opened.close?.();
  }
}
