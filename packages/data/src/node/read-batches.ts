import type { Batch, CancelSignal } from '@lowbit/core';
import type { FileGroup } from '../batches/data-source.js';
import { readSource } from '../batches/read-source.js';
import { describeImagePreparation } from '../image/describe.js';
import type { ReadOptions } from '../input/options.js';
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
 * Files of a folder are taken with those of its sub-folders, sorted by name. `INPUT=path` says which input the data is
 * for; otherwise an `.npy` file is for the input that it is called after, or for the only one. Nothing outside the named
 * paths is opened.
 *
 * @throws LowbitError while iterating: `calibration-invalid`, `non-finite`, `file-missing`, `file-unreadable`,
 *   `invalid-argument` or `aborted`.
 */
export function readBatches(paths: string | readonly string[], options: DiskOptions): AsyncIterable<Batch> {
  const given = typeof paths === 'string' ? [paths] : paths;
  const { labels: where } = options;
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
  paths: readonly string[],
  { inputs, image, signal }: ReadOptions,
): Promise<readonly string[]> {
  const reading = { inputs, ...(image && { image }) };
  const sentences = new Set<string>();
  for (const path of paths) {
    const { kind, input } = await findFiles(path, reading, signal);
    if (kind === 'image') sentences.add(describeImagePreparation(reading, input?.name));
  }
  return [...sentences];
}
