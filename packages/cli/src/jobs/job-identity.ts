import { fileURLToPath } from 'node:url';

import { defined } from '@lowbit/core/adapter';
import type { CalibrationInput } from '@lowbit/data';
import { findData } from '@lowbit/data/node';
import type { Json } from '@lowbit/sweep';
import { hashFiles } from '@lowbit/sweep/node';

import { locatePlugin } from '../plugins/locate-plugin.js';
import { calibrationSpec } from '../usage/calibration-options.js';
import { version } from '../version.js';
import { fileOptions, type JobOptions } from './job-context.js';
import { stat } from 'node:fs/promises';

/** What results depend on. */
export interface IdentitySource {
  readonly options: JobOptions;
  /** All files of the model. */
  readonly files: readonly string[];
  /** What runs the model, with its version; absent where nothing does. */
  readonly runtime?: string;
  readonly inputs: () => readonly CalibrationInput[];
}

/** Bytes of all files that are read, options, and versions: equal where results are. */
export async function jobIdentity(
  { options, files, runtime, inputs }: IdentitySource,
  signal: AbortSignal,
): Promise<Json> {
  const plain = Object.entries(options).filter(([name]) => !fileOptions.has(name));
  const { calibrate, labels, metric, plugin = [] } = options;
  return {
    model: await hashFiles(files, { signal }),
    options: Object.fromEntries(plain) as Json,
    versions: { lowbit: version, ...defined({ runtime }) },
    ...(calibrate === undefined ? {} : { data: await dataIdentity(calibrate, options, inputs(), signal) }),
    ...(labels === undefined ? {} : { labels: await labelsIdentity(labels, signal) }),
    ...(metric === undefined ? {} : { metric: await pluginIdentity(metric, signal) }),
    ...(plugin.length === 0
      ? {}
      : { plugins: await Promise.all(plugin.map((one) => pluginIdentity(one, signal))) }),
  };
}

/** Names count, since labels may go by them. */
async function dataIdentity(
  paths: readonly string[],
  options: JobOptions,
  inputs: readonly CalibrationInput[],
  signal: AbortSignal,
): Promise<Json> {
  const { inputs: wanted, image = {} } = calibrationSpec(options, inputs);
  const found = await findData(paths, { inputs: wanted, image, signal });
  const most = options.limit ?? found.length;
  const read =
    found.length > most && found.every(({ name }) => /\.(jpe?g|png)$/i.test(name))
      ? found.slice(0, most)
      : found;
  return {
    names: read.map(({ name }) => name),
    bytes: await hashFiles(
      read.map(({ path }) => path),
      { signal },
    ),
  };
}

/** Of a folder, whose folders are classes, the names of data tell. */
async function labelsIdentity(path: string, signal: AbortSignal): Promise<Json> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() === true ? hashFiles([path], { signal }) : 'folders';
}

async function pluginIdentity(reference: string, signal: AbortSignal): Promise<string> {
  const url = await locatePlugin(reference, process.cwd());
  return url.startsWith('file:') ? hashFiles([fileURLToPath(url)], { signal }) : reference;
}
