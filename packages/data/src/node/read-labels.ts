import { dirname, relative, sep } from 'node:path';

import type { DataFile } from '../bytes/data-file.js';
import { labelsInFile } from '../labels/label-file.js';
import { type LabelLookup, oneEach } from '../batches/label-lookup.js';
import { invalid } from '../problems.js';
import type { DiskFile } from './disk-file.js';
import { findPath } from './find-path.js';

/**
 * Reads labels from a file, as {@link labelsInFile} says, or takes the sub-folders of a folder as the classes of the
 * pictures in it.
 *
 * @param pictures - the samples, when they are pictures
 * @throws LowbitError `calibration-invalid`, `file-missing` or `file-unreadable`.
 */
export async function readLabels(
  path: string,
  pictures: readonly DataFile[] | undefined,
): Promise<LabelLookup> {
  const { kind, file } = await findPath(path);
  return kind === 'folder' ? folderLabels(file, pictures) : labelsInFile(file);
}

/** Classes are numbered in sorted order, also when their names are numbers. */
function folderLabels(folder: DiskFile, pictures: readonly DataFile[] | undefined): LabelLookup {
  if (pictures === undefined) {
    throw invalid(folder.where, {
      expected: 'a file of labels',
      received: 'a folder, which is for pictures only',
    });
  }
  const names = pictures.map((picture) => className(folder, picture as DiskFile));
  const classes = [...new Set(names)].sort();
  const places = new Map(classes.map((name, i) => [name, i]));
  return {
    take: oneEach((index) => places.get(names[index] as string) as number),
    checkCount() {
      // Every picture has a label of its own making.
    },
    classes,
  };
}

/** The sub-folder, directly in `folder`, that a picture lies in. */
function className(folder: DiskFile, picture: DiskFile): string {
  const way = relative(folder.path, dirname(picture.path)).split(sep);
  const [name] = way;
  if (name !== undefined && name !== '' && name !== '..') return name;
  throw invalid(picture.where, {
    expected: `a place in a sub-folder of ${folder.where}, which names its class`,
    received: way[0] === '..' ? 'a place outside' : 'a place in the folder itself',
  });
}
