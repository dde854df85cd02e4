import { openAsBlob } from 'node:fs';
import { extname } from 'node:path';

import { calibrationInputs, lineKeys } from '@lowbit/data';
import { findData } from '@lowbit/data/node';
import type { FolderData } from '@lowbit/transformers';

import { inputsFromData } from '../data/inputs-from-data.js';
import { calibrationSpec, type CalibrationOptions } from '../usage/calibration-options.js';
import { throwAsUsage } from '../usage/usage-error.js';

/**
 * Data for the graphs of a model, which take different inputs: JSON lines and `NAME=PATH` name theirs.
 *
 * @throws LowbitError as `readBatches`, for paths.
 */
export async function folderData(
  paths: readonly string[],
  options: CalibrationOptions,
  signal: AbortSignal,
): Promise<FolderData> {
  const named = paths.flatMap((path) => /^([\w.]+)=/.exec(path)?.[1] ?? []);
  const areNamed = named.length === paths.length;
  const names = areNamed ? named : await keysIn(paths, options, signal);
  return {
    ...(names && { names }),
    async *read(inputs, graph) {
      const own = paths.filter((_, at) => !areNamed || inputs.some(({ name }) => name === named[at]));
      yield* (await inputsFromData(own, options, calibrationInputs(inputs, graph), signal)).batches;
    },
  };
}

/** What JSON lines name; `undefined` where there are none. */
async function keysIn(
  paths: readonly string[],
  options: CalibrationOptions,
  signal: AbortSignal,
): Promise<readonly string[] | undefined> {
  const files = await findData(paths, { ...calibrationSpec(options, []), signal }).catch(throwAsUsage);
  const lines = files.find(({ path }) => ['.jsonl', '.ndjson'].includes(extname(path).toLowerCase()));
  return lines && lineKeys(await openAsBlob(lines.path));
}
