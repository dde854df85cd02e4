import { basename } from 'node:path';
import type { ReportSection } from '@lowbit/report';

import { checkOutputs, type PlannedOutput } from '../files/check-outputs.js';
import { dataOutputs } from '../files/data-outputs.js';
import { writeOutputs, type OutputFile } from '../files/write-outputs.js';
import { inOptions } from '../output/option-words.js';
import type { QuantizedModel } from '../quantize/quantize-model.js';
import type { QuantizedPort } from '../quantize/quantize-port.js';
import type { QuantizeRun } from './quantize-run.js';
import { statisticsFiles, statisticsPlace, withStatisticsFolder } from '../statistics/statistics-folder.js';
import type { QuantizeOptions } from '../usage/quantize-options.js';

/** The paths of `lowbit quantize`: what it reads and where its result goes. */
export interface QuantizePaths {
  readonly input: string;
  readonly output: string;
}

/** Checks every output that is known before the work. @throws as {@link checkOutputs}. */
export async function checkFiles(paths: QuantizePaths, options: QuantizeOptions): Promise<void> {
  const label = options.output === undefined ? 'output' : '--output';
  const outputs = [{ path: paths.output, label }, ...(await extraOutputs(options))];
  await checkOutputs(outputs, inputsOf(paths, options), options.force === true);
}

/** What is planned to be written besides the model. */
export async function extraOutputs({
  report,
  saveCalibration: saved,
}: QuantizeOptions): Promise<readonly PlannedOutput[]> {
  return [
    ...(report === undefined ? [] : [{ path: report, label: '--report' }]),
    ...(saved === undefined ? [] : [{ path: await statisticsPlace(saved), label: '--save-calibration' }]),
  ];
}

/**
 * Writes all files of a result, or none.
 *
 * @returns the paths of the data files beside the model that were written
 * @throws as {@link checkOutputs} and {@link writeOutputs}.
 */
export async function writeFiles(
  paths: QuantizePaths,
  options: QuantizeOptions,
  done: QuantizedModel,
  { signal, stdout, next }: Pick<QuantizeRun, 'signal' | 'stdout'> & { readonly next: string },
): Promise<readonly string[]> {
  const force = options.force === true;
  const data = await dataOutputs(paths.output, done.model.externalData ?? [], done.dataFiles);
  const remedy = 'Write the result into another folder with --output.';
  const planned = data.map(({ path }) => ({ path, label: 'data of the result', remedy }));
  const others = [...inputsOf(paths, options), ...done.dataFiles.opened, ...outputsOf(paths, options)];
  await checkOutputs(planned, others, force);
  const model = { path: paths.output, data: done.model.bytes };
  const files = [...data, model, ...extraFiles(paths.input, options, done, { next })];
  await withStatisticsFolder(options.saveCalibration, () => writeOutputs(files, { force, signal, stdout }));
  return data.map(({ path }) => path);
}

/**
 * What is written besides the model.
 *
 * @param beside - a sentence that stands at the head of the report, and what to do next
 */
export function extraFiles(
  input: string,
  { report: page, saveCalibration }: QuantizeOptions,
  { report, statistics, spent }: Omit<QuantizedPort<unknown>, 'model'>,
  beside: Pick<ReportSection, 'note' | 'next'>,
): readonly OutputFile[] {
  const files: OutputFile[] = [];
  const section = { title: basename(input), report, ...beside, ...spent };
  const rendered = async () => inOptions((await import('@lowbit/report')).renderHtmlReport(section));
  if (page !== undefined) files.push({ path: page, data: rendered });
  const { calibration } = statistics;
  if (saveCalibration !== undefined && calibration !== undefined)
    files.push(...statisticsFiles(saveCalibration, calibration));
  return files;
}

/** What is read: the model first. */
export function inputsOf(
  { input }: Pick<QuantizePaths, 'input'>,
  { plan, calibration }: QuantizeOptions,
): readonly [string, ...string[]] {
  return [input, ...[plan, calibration].filter((path) => path !== undefined)];
}

function outputsOf({ output }: QuantizePaths, options: QuantizeOptions): readonly string[] {
  return [output, ...[options.report, options.saveCalibration].filter((path) => path !== undefined)];
}
