import type { Measurements } from '@lowbit/core/policy';

import { checkOutputs } from '../files/check-outputs.js';
import { standardStream } from '../files/standard-streams.js';
import { writeOutputs } from '../files/write-outputs.js';
import type { Io } from '../io.js';
import { measuredByJobs } from '../jobs/measured-by-jobs.js';
import type { Shared } from '../jobs/work-shares.js';
import { checkKind } from '../model/check-kind.js';
import { findModel } from '../model/find-model.js';
import { budgetWords, mergingShares } from '../output/after-sweep.js';
import { jsonText } from '../output/json.js';
import { createProgress, type Progress } from '../output/progress.js';
import { tellFile } from '../output/tell.js';
import { loadPlugins } from '../plugins/load-plugins.js';
import { checkMethod } from '../usage/check-method.js';
import type { MeasureOptions } from '../usage/measure-options.js';
import { usageError } from '../usage/usage-error.js';

export type { MeasureOptions };

/** Commands that go on with what this one does. */
export interface MeasureCommands {
  /** The one that keeps a budget, with these options. */
  readonly quantizing: (budget: readonly string[]) => string;
  /** The words that measure all, of which shares are made. */
  readonly whole: readonly string[];
}

/** `lowbit measure`: what each weight costs and loses with each width. */
export async function measureCommand(
  path: string,
  options: MeasureOptions,
  io: Io,
  { quantizing, whole }: MeasureCommands,
): Promise<void> {
  const { output, json, quiet, shard, force = false } = options;
  const progress = createProgress(io.stderr, quiet !== true && json !== true);
  try {
    const measured = await measureModel(path, options, io, { progress, command: whole });
    if (output !== undefined)
      await writeOutputs([{ path: output, data: jsonText(measured) }], { force, signal: io.signal });
    progress.end();
    tellFile(io, options, {
      document: measured,
      text: () => `${output}: ${measured.items.length} weights are measured\n`,
      next: shard === undefined ? quantizing(budgetWords(measured, output ?? 'FILE')) : mergingShares(output),
    });
  } finally {
    progress.end();
  }
}

async function measureModel(
  path: string,
  options: MeasureOptions,
  { signal }: Io,
  told: { readonly progress: Progress; readonly command: readonly string[] },
): Promise<Shared<Measurements>> {
  if (path === standardStream)
    throw usageError({
      where: path,
      expected: 'the path of a model, which each thread reads',
      received: 'standard input',
    });
  const { output, weights, metric, calibrate, force = false } = options;
  if (metric !== undefined && calibrate === undefined)
    throw usageError({ where: '--metric', expected: '--calibrate beside it', received: 'none' });
  checkMethod(weights, '--weights', await loadPlugins(options.plugin), 'weight');
  const model = await findModel(path, options);
  checkKind(model, options);
  if (output !== undefined) await checkOutputs([{ path: output, label: '--output' }], [model.file], force);
  return measuredByJobs(model, path, options, { signal, ...told });
}
