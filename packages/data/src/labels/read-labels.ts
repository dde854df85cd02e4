import { findPath } from '../files/find-path.js';
import type { FileReference } from '../files/file-reference.js';
import { linesOf } from '../json-lines/lines.js';
import { openRegular } from '../files/open-regular.js';
import { invalid } from '../invalid.js';
import { limits } from '../limits.js';
import { folderLabels } from './folder-labels.js';
import type { LabelLookup } from './label-lookup.js';
import { listedLabels } from './listed-labels.js';
import { namedLabels } from './named-labels.js';

/**
 * Reads labels. A file has one label a line, in the order of the samples, or `name,label` on every line for
 * pictures, with the last comma as the border. A folder's sub-folders are the classes of the pictures in it.
 * Labels are whole numbers, or words, which are numbered in sorted order (UTF-16 code units).
 *
 * @param pictures - names of the samples, when they are pictures
 * @throws LowbitError `calibration-invalid`, `file-missing` or `file-unreadable`.
 */
export async function readLabels(
  path: string,
  pictures: readonly FileReference[] | undefined,
): Promise<LabelLookup> {
  const { kind, file } = await findPath(path);
  if (kind === 'folder') return folderLabels(file, pictures);
  const lines = await readLines(file);
  if (lines.length > 0 && lines.every((line) => line.includes(','))) return namedLabels(lines, path);
  return listedLabels(lines, path);
}

async function readLines(file: FileReference): Promise<readonly string[]> {
  const { handle, size } = await openRegular(file);
  await handle.close();
  if (size > limits.labelsFile) {
    throw invalid(file.where, { expected: `at most ${limits.labelsFile} bytes`, received: `${size}` });
  }
  const lines: string[] = [];
  for await (const { text } of linesOf(file)) lines.push(text);
  if (lines.length === 0) throw invalid(file.where, { expected: 'labels', received: 'an empty file' });
  return lines;
}
