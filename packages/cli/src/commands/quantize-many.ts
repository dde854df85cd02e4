import { basename, dirname } from 'node:path';

import { isLowbitError } from '@lowbit/core';
import { defined } from '@lowbit/core/adapter';
import { quantizationLine } from '@lowbit/report/text';

import { errorData, reportFailure, SomeFailed } from '../failure.js';
import { checkOutputs } from '../files/check-outputs.js';
import { inFolder } from '../files/make-folders.js';
import { standardStream } from '../files/standard-streams.js';
import { writeOutputs } from '../files/write-outputs.js';
import type { Io } from '../io.js';
import { checkKind } from '../model/check-kind.js';
import { findModel } from '../model/find-model.js';
import type { NamedModel } from '../model/find-models.js';
import { commandWords } from '../output/changed-command.js';
import { colorsFor } from '../output/colors.js';
import type { Progress } from '../output/progress.js';
import { tell } from '../output/tell.js';
import { checkActivations } from '../usage/check-activations.js';
import { optionName } from '../usage/option-name.js';
import type { QuantizeOptions } from '../usage/quantize-options.js';
import { usageError } from '../usage/usage-error.js';
import { placeResults, type OneOfMany } from './place-results.js';
import type { QuantizeDocument } from './quantize-document.js';
import { quantizeFound } from './quantize-found.js';
import type { QuantizeRun } from './quantize-run.js';

/** Options that hold for one model. */
const ofOne = ['plan', 'calibration', 'saveCalibration', 'topology'] as const;

/** What came of one of several models. */
type Outcome = QuantizeDocument | { readonly input: string; readonly error: object };

/**
 * Quantizes several models, one after the other, and tells of each when it is done. One that fails does not stop the others.
 *
 * @throws UsageError before any work; LowbitError `aborted`; SomeFailed in the end.
 */
export async function quantizeMany(
  named: readonly NamedModel[],
  options: QuantizeOptions,
  io: Io,
  progress: Progress,
  again: QuantizeRun['again'],
): Promise<void> {
  const { report, ...others } = options;
  const { json, quiet } = others;
  await checkMany(named, options);
  const many = await Promise.all(named.map((one) => found(one, options)));
  const placed = placeResults(many, options);
  const outcomes: Outcome[] = [];
  for (const one of many) {
    const run = { options: others, signal: io.signal, stdout: io.stdout, progress, again };
    const outcome = await outcomeOf(one, run, placed.get(one.path) ?? '', io);
    outcomes.push(outcome);
    if (!json && !quiet && 'report' in outcome)
      io.stdout.write(`${quantizationLine(outcome, colorsFor(io.stdout))}\n`);
  }
  const done = outcomes.filter((outcome) => 'report' in outcome);
  if (report !== undefined && done.length > 0) await writeReport(report, done, options, io);
  const [first] = done;
  const next = first && commandWords(['compare', first.input, first.output]);
  const failed = outcomes.length - done.length;
  const text = () => `${done.length} quantized${failed === 0 ? '' : `, ${failed} failed`}\n`;
  tell(io.stdout, options, { document: { models: outcomes }, text, next });
  if (failed > 0) throw new SomeFailed();
}

/** @throws UsageError for what only one model has a use for, or what is wrong for all; as `checkOutputs`. */
async function checkMany(named: readonly NamedModel[], options: QuantizeOptions): Promise<void> {
  const lonely = ofOne.find((name) => options[name] !== undefined);
  const several = { received: `${named.length} models`, remedy: 'Give one model a call.' };
  if (lonely !== undefined)
    throw usageError({ where: optionName(lonely), expected: 'one model', ...several });
  if (options.output === standardStream || named.some(({ path }) => path === standardStream))
    throw usageError({ where: standardStream, expected: 'one model on a standard stream', ...several });
  checkActivations(options, undefined);
  const planned = options.report === undefined ? [] : [{ path: options.report, label: '--report' }];
  await checkOutputs(
    planned,
    named.map(({ path }) => path),
    options.force === true,
  );
}

async function found(one: NamedModel, options: QuantizeOptions): Promise<OneOfMany> {
  try {
    const model = await findModel(one.path, options);
    checkKind(model, options);
    return { ...one, model };
  } catch (error) {
    return { ...one, error };
  }
}

async function outcomeOf(
  one: OneOfMany,
  run: Omit<QuantizeRun, 'model'>,
  output: string,
  io: Io,
): Promise<Outcome> {
  try {
    if ('error' in one) throw one.error;
    const { model } = one;
    const work = () => quantizeFound({ ...run, model, options: { ...run.options, output } });
    return { ...(await inFolder(dirname(output), work)), input: one.path };
  } catch (error) {
    if (isLowbitError(error) && error.code === 'aborted') throw error;
    run.progress.end();
    if (run.options.json !== true) {
      io.stderr.write(`${one.path}\n`);
      reportFailure(error, io, false);
    }
    return { input: one.path, error: errorData(error) };
  } finally {
    run.progress.end();
  }
}

/** One page about all results. */
async function writeReport(
  path: string,
  done: readonly QuantizeDocument[],
  { force = false }: { readonly force?: boolean },
  { signal }: Io,
): Promise<void> {
  const { renderHtmlReport } = await import('@lowbit/report');
  const sections = done.map(({ input, report, next }) => ({
    title: basename(input),
    report,
    ...defined({ next }),
  }));
  await writeOutputs([{ path, data: renderHtmlReport(sections) }], { force, signal });
}
