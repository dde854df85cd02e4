import { type Calibration, LowbitError, mergeStatistics } from '@lowbit/core';
import { mergeMeasurements, type Measurements } from '@lowbit/core/policy';
import { mergeSweeps } from '@lowbit/report';
import { sweepText, type SweepDocument } from '@lowbit/report/text';

import { SomeFailed } from '../failure.js';
import { checkOutputs } from '../files/check-outputs.js';
import { readJson } from '../files/read-json.js';
import { writeOutputs } from '../files/write-outputs.js';
import { stat } from 'node:fs/promises';
import type { Io } from '../io.js';
import { missingShares, missingText, shareCommand, type Shared, withShares } from '../jobs/work-shares.js';
import { afterSweep, budgetWords, settingWords } from '../output/after-sweep.js';
import { commandWords } from '../output/changed-command.js';
import { jsonText } from '../output/json.js';
import { tellFile } from '../output/tell.js';
import { readStatistics } from '../statistics/read-statistics.js';
import { statisticsFiles, statisticsPlace, withStatisticsFolder } from '../statistics/statistics-folder.js';
import { isFolder } from '../usage/statistics-place.js';
import { throwAsUsage, usageError } from '../usage/usage-error.js';

export interface MergeOptions {
  readonly output?: string;
  readonly json?: true;
  readonly quiet?: true;
  readonly force?: true;
}

/**
 * `lowbit merge`: puts together what shares of one work have given, as if one had done it.
 *
 * @throws SomeFailed where shares are missing, once that is told; what was merged so far is written.
 */
export async function mergeCommand(paths: readonly string[], options: MergeOptions, io: Io): Promise<void> {
  const { output, force = false } = options;
  const place = output === undefined ? undefined : await statisticsPlace(output);
  const parts: unknown[] = [];
  for (const path of paths) parts.push(await partIn(path, io.signal));
  const isOfFolders = parts.some((part) => isStatistics(part) && part.inputs !== undefined);
  const written = isOfFolders ? place : output;
  if (written !== undefined) await checkOutputs([{ path: written, label: '--output' }], paths, force);
  const whole = mergedParts(paths, parts);
  if (isStatistics(whole)) return writeStatistics(whole, options, io);
  const merged: Shared<typeof whole> = withShares(whole, parts);
  if (output !== undefined)
    await writeOutputs([{ path: output, data: jsonText(merged) }], { force, signal: io.signal });
  tellFile(io, options, {
    document: merged,
    text: (colors) => {
      const text = isSweep(merged)
        ? sweepText(merged, colors)
        : `${output}: ${merged.items.length} weights are measured; what is missing is measured when they are used`;
      return `${text}\n${missingText(merged.shares)}`;
    },
    next: afterMerge(merged, output),
  });
  if (merged.shares === undefined) return;
  if (options.quiet) io.stderr.write(missingText(merged.shares));
  throw new SomeFailed();
}

/** The first share that is missing, else what uses the whole. */
function afterMerge(merged: Shared<SweepDocument | Measurements>, output: string | undefined): string {
  const [partly] = merged.shares ?? [];
  if (partly !== undefined) return shareCommand(partly, missingShares(partly)[0] ?? 1);
  return isSweep(merged)
    ? afterSweep(merged, output, (setting) => quantizing(merged.input, settingWords(setting)))
    : quantizing(merged.model?.name, budgetWords(merged, output ?? 'FILE'));
}

const quantizing = (model = 'MODEL', words: readonly string[]) => commandWords(['quantize', model, ...words]);

async function partIn(path: string, signal: AbortSignal): Promise<unknown> {
  const isOfInputs = await stat(path)
    .then((found) => found.isDirectory())
    .catch(() => false);
  if (isOfInputs) return readStatistics(path, signal);
  const remedy =
    'Give files that lowbit sweep or lowbit measure wrote with --output, or statistics that --save-calibration wrote.';
  return readJson(path, { code: 'invalid-argument', remedy }, signal);
}

/** Writes statistics: a folder where they tell of the inputs of weights, else one file. */
async function writeStatistics(merged: Calibration, options: MergeOptions, io: Io): Promise<void> {
  const { output, force } = options;
  const isOfInputs = merged.inputs !== undefined;
  if (isOfInputs && (output === undefined || !isFolder(output)))
    throw usageError({
      where: '--output',
      expected: 'a folder, since statistics of the inputs of weights are several files',
      received: output ?? 'none',
      remedy: 'Give --output FOLDER.',
    });
  if (output !== undefined) {
    const files = isOfInputs ? statisticsFiles(output, merged) : [{ path: output, data: jsonText(merged) }];
    const write = () => writeOutputs(files, { force: force === true, signal: io.signal });
    await (isOfInputs ? withStatisticsFolder(output, write) : write());
  }
  tellFile(io, options, {
    document: merged,
    text: () => `${output}: statistics of ${merged.batches} batches\n`,
    next: `${quantizing('MODEL', ['--calibration', output ?? 'FILE'])}, with the options that they were gathered for`,
  });
}

function mergedParts(
  paths: readonly string[],
  parts: readonly unknown[],
): SweepDocument | Measurements | Calibration {
  if (parts.every(isSweep)) return mergeSweeps(parts);
  if (parts.every(isStatistics)) return mergeStatistics(parts);
  if (!parts.some(isSweep) && parts.every(isMeasured)) {
    try {
      return mergeMeasurements(parts);
    } catch (error) {
      return throwAsUsage(error);
    }
  }
  const strange = parts.findIndex((part) => !isSweep(part) && !isMeasured(part) && !isStatistics(part));
  throw new LowbitError({
    code: 'invalid-argument',
    where: paths[Math.max(strange, 0)],
    expected: 'shares of one work: all of lowbit sweep, all of lowbit measure, or statistics all',
    received: strange < 0 ? 'some of each' : 'another file',
  });
}

const formatOf = (part: unknown): unknown => (Object(part) as { format?: unknown }).format;
const isSweep = (part: unknown): part is SweepDocument => formatOf(part) === 'lowbit-sweep';
const isStatistics = (part: unknown): part is Calibration => formatOf(part) === 'lowbit-calibration';
const isMeasured = (part: unknown): part is Measurements => formatOf(part) === 'lowbit-measurements';
