import { dirname, relative, sep } from 'node:path';

import type { FileReference } from '../files/file-reference.js';
import { invalid } from '../invalid.js';
import type { LabelLookup } from './label-lookup.js';

/**
 * The class of a picture is the sub-folder, directly in `folder`, that it lies in. Classes are numbered in
 * sorted order, also when their names are numbers.
 *
 * @throws LowbitError `calibration-invalid` when a picture lies in no sub-folder.
 */
export function folderLabels(
  folder: FileReference,
  pictures: readonly FileReference[] | undefined,
): LabelLookup {
  if (pictures === undefined) {
    throw invalid(folder.where, {
      expected: 'a file of labels',
      received: 'a folder, which is for pictures only',
    });
  }
  const names = pictures.map((picture) => className(folder, picture));
  const classes = [...new Set(names)].sort();
  const places = new Map(classes.map((name, i) => [name, i]));
  return {
    labelOf: (index) => places.get(names[index] as string) as number,
    checkCount() {
      // Every picture has a label of its own making.
    },
    classes,
  };
}

function className(folder: FileReference, picture: FileReference): string {
  const way = relative(folder.path, dirname(picture.path)).split(sep);
  const [name] = way;
  if (name !== undefined && name !== '' && name !== '..') return name;
  throw invalid(picture.where, {
    expected: `a place in a sub-folder of ${folder.where}, which names its class`,
    received: way[0] === '..' ? 'a place outside' : 'a place in the folder itself',
  });
}
