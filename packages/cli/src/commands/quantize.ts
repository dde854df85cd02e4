import type { QuantizationPlan } from '@lowbit/core';

import { checkInput, readInput } from '../files/read-input.js';
import type { Io } from '../io.js';
import { writeJson } from '../output/json.js';
import { createProgress, type Progress } from '../output/progress.js';
import { readPlan } from '../plan/read-plan.js';
import { quantizeModel } from '../quantize/quantize-model.js';
import { readStatistics } from '../statistics/read-statistics.js';
import { checkActivations } from '../usage/check-activations.js';
import { checkMethodBits } from '../usage/check-method.js';
import { defaultOutput, highestBits } from './output-name.js';
import { quantizeDocument, type QuantizeDocument } from './quantize-document.js';
import { checkFiles, writeFiles } from './quantize-files.js';
import type { QuantizeOptions } from './quantize-options.js';
import { summarize } from './summary.js';

/** `lowbit quantize`: reads a model, quantizes it, writes the result and tells what was done. */
export async function quantizeCommand(model: string, options: QuantizeOptions, io: Io): Promise<void> {
  const progress = createProgress(io.stderr, options.json !== true && options.quiet !== true);
  try {
    const document = await quantize(model, options, io, progress);
    progress.end();
    if (options.json) writeJson(io.stdout, document);
    else if (!options.quiet) io.stdout.write(summarize(document, io));
  } finally {
    progress.end();
  }
}

async function quantize(
  input: string,
  options: QuantizeOptions,
  { signal }: Io,
  progress: Progress,
): Promise<QuantizeDocument> {
  checkBits(options);
  await checkInput(input);
  const plan = options.plan === undefined ? undefined : await readPlan(options.plan, signal);
  checkActivations(options, plan);
  const paths = { input, output: options.output ?? defaultOutput(input, bitsOf(options, plan)) };
  await checkFiles(paths, options);
  const stored =
    options.calibration === undefined ? undefined : await readStatistics(options.calibration, signal);
  const bytes = await readInput(input, signal);
  const job = { file: input, bytes, options, ...(plan === undefined ? {} : { plan }) };
  const done = await quantizeModel(job, stored, { signal, onProgress: progress.update });
  const dataFiles = await writeFiles(paths, options, done, signal);
  return quantizeDocument({ ...paths, dataFiles }, options, done);
}

function checkBits({ plan, weights, bits, firstLast }: QuantizeOptions): void {
  if (plan !== undefined) return;
  checkMethodBits(weights, bits, '--bits');
  if (typeof firstLast === 'number') checkMethodBits(weights, firstLast, '--first-last');
}

function bitsOf(options: QuantizeOptions, plan: QuantizationPlan | undefined): number {
  return plan === undefined ? options.bits : highestBits(plan, options.plan ?? 'plan');
}
