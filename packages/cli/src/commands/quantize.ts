import { basename } from 'node:path';

import type { QuantizationPlan } from '@lowbit/core';

import { checkOutputs, type PlannedOutput } from '../files/check-outputs.js';
import { checkInput, readInput } from '../files/read-input.js';
import { writeOutputs } from '../files/write-outputs.js';
import { renderHtmlReport } from '../html/render.js';
import type { Io } from '../io.js';
import { writeJson } from '../output/json.js';
import { createProgress } from '../output/progress.js';
import { readPlan } from '../plan/read-plan.js';
import { checkMethodBits } from '../usage/check-method.js';
import { defaultOutput, highestBits } from './output-name.js';
import type { QuantizeOptions } from './quantize-options.js';
import { quantizeBytes } from './quantize-bytes.js';
import { summarize } from './summary.js';

/** `lowbit quantize`: reads a model, quantizes it, writes the result and tells what was done. */
export async function quantizeCommand(model: string, options: QuantizeOptions, io: Io): Promise<void> {
  checkBits(options);
  await checkInput(model);
  const plan = options.plan === undefined ? undefined : await readPlan(options.plan, io.signal);
  const output = options.output ?? defaultOutput(model, bitsOf(options, plan));
  await checkFiles(model, output, options);

  const progress = createProgress(io.stderr, options.json !== true && options.quiet !== true);
  try {
    const bytes = await readInput(model, io.signal);
    const session = { signal: io.signal, onProgress: progress.update };
    const { model: result, report } = await quantizeBytes(bytes, model, options, plan, session);
    const files = [{ path: output, data: result.bytes }];
    const html =
      options.report === undefined
        ? []
        : [{ path: options.report, data: renderHtmlReport({ title: basename(model), report }) }];
    await writeOutputs([...files, ...html], { force: options.force === true, signal: io.signal });
    progress.end();
    if (options.json) writeJson(io.stdout, { input: model, output, htmlReport: options.report, report });
    else if (!options.quiet)
      io.stdout.write(summarize(report, { input: model, output, html: options.report }, io));
  } finally {
    progress.end();
  }
}

function checkBits({ plan, weights, bits, firstLast }: QuantizeOptions): void {
  if (plan !== undefined) return;
  checkMethodBits(weights, bits, '--bits');
  if (typeof firstLast === 'number') checkMethodBits(weights, firstLast, '--first-last');
}

function bitsOf(options: QuantizeOptions, plan: QuantizationPlan | undefined): number {
  return plan === undefined ? options.bits : highestBits(plan, options.plan ?? 'plan');
}

async function checkFiles(model: string, output: string, options: QuantizeOptions): Promise<void> {
  const label = options.output === undefined ? 'output' : '--output';
  const outputs: PlannedOutput[] = [{ path: output, label }];
  if (options.report !== undefined) outputs.push({ path: options.report, label: '--report' });
  const inputs = options.plan === undefined ? [model] : [model, options.plan];
  await checkOutputs(outputs, inputs, options.force === true);
}
