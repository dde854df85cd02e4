import type { Batch, CancelSignal } from '@lowbit/core';
import { optionTypes } from '@lowbit/core/adapter';
import type { FileGroup } from '../batches/data-source.js';
import { readSource } from '../batches/read-source.js';
import { describeImagePreparation } from '../image/describe.js';
import { checkReadOptions } from '../input/check-options.js';
import type { ReadOptions } from '../input/options.js';
import { givenWords, invalidArgument } from '../problems.js';
import { findFiles } from './find-files.js';
import { readLabels } from './read-labels.js';

/** What is read from a disk and in which form. */
export interface DiskOptions extends ReadOptions {
  /**
   * A file with one label a line, in the order of the samples, or with `name,label` lines for pictures; or a folder whose
   * sub-folders are the classes of the pictures in it. Labels are whole numbers, or words, numbered in sorted order.
   */
  readonly labels?: string;
}

/**
 * Reads data of a disk batch by batch; one batch is in memory at a time. It can be iterated several times and reads the
 * files again each time.
 *
 * A path is a folder or a file: pictures (`.jpg`, `.jpeg`, `.png`), `.npy`, `.npz` or JSON lines (`.jsonl`, `.ndjson`).
 * Files of a folder are taken with those of its sub-folders, sorted by name. Where nothing has this very name, `*` and `?` in it stand
 * for any characters and for one, and `**` for folders in between. `INPUT=path` says which input the data is
 * for; otherwise an `.npy` file is for the input that it is called after, or for the only one. Nothing outside the named
 * paths is opened.
 *
 * @throws LowbitError `invalid-argument` or `unsupported-option` at once for wrong arguments; while iterating `calibration-invalid`, `non-finite`, `file-missing`, `file-unreadable`,
 *   `invalid-argument` or `aborted`.
 */
export function readBatches(paths: string | readonly string[], options: DiskOptions): AsyncIterable<Batch> {
  const given = listPaths(paths);
  checkReadOptions(options, { labels: optionTypes.any });
  const { labels: where } = options;
  if (where !== undefined) listPaths(where);
  const labels = where === undefined ? {} : { labels: { where, read: readLabels.bind(undefined, where) } };
  return readSource(
    { given, words: 'paths', groups: (signal) => groupsOf(given, options, signal), ...labels },
    options,
  );
}

async function* groupsOf(
  paths: readonly string[],
  options: DiskOptions,
  signal?: CancelSignal,
): AsyncGenerator<FileGroup> {
  for (const path of paths) yield await findFiles(path, options, signal);
}

/**
 * States what `readBatches` does to the pictures among the data, a sentence for each input that takes some; nothing for
 * other kinds of data, which are taken as they are.
 *
 * @throws LowbitError as `readBatches`, for paths and for what cannot be inferred.
 */
export async function describeData(
  paths: string | readonly string[],
  options: DiskOptions,
): Promise<readonly string[]> {
  checkReadOptions(options, { labels: optionTypes.any });
  const { inputs, image, signal } = options;
  const reading = { inputs, ...(image && { image }) };
  const sentences = new Set<string>();
  for (const path of listPaths(paths)) {
    const { kind, input } = await findFiles(path, reading, signal);
    if (kind === 'image') sentences.add(describeImagePreparation(reading, input?.name));
  }
  return [...sentences];
}

/** @throws LowbitError `invalid-argument` for what is no path. */
export function listPaths(given: string | readonly string[]): readonly string[] {
  const paths: unknown = typeof given === 'string' ? [given] : given;
  const isList = Array.isArray(paths);
  const other: unknown = isList ? paths.find((path) => typeof path !== 'string') : paths;
  if (isList && other === undefined && !paths.includes(undefined)) return paths as readonly string[];
  const isFile = typeof other === 'object' && other !== null && 'arrayBuffer' in other;
  const remedy = isFile ? 'Files are for readBatches of @lowbit/data.' : 'Wait for it with await.';
  throw invalidArgument('readBatches', {
    expected: 'a path, or a list of paths',
    received: givenWords(other),
    ...((isFile || other instanceof Promise) && { remedy }),
  });
}
