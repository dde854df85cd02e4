import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { isLowbitError, LowbitError } from '@lowbit/core';

import { findExternal } from '../files/read-external.js';
import { jsonKind } from './is-keras-file.js';

/**
 * The files beside one of a store of weights that Keras split by `max_shard_size`, or beside its index.
 *
 * @throws LowbitError `file-missing` for a part that is not there; `external-data` for one outside the folder; `model-malformed` for an index that is none.
 */
export async function otherParts(file: string): Promise<readonly string[]> {
  const names = await partNames(file);
  const others = names.filter((name) => name !== basename(file));
  return Promise.all(others.map((name) => partAt(file, name, names)));
}

const partName = /^(.*)_\d{5}\.weights\.h5$/;

/** Those that the index names, where it is the file or lies beside it; otherwise those whose names differ in the number alone. */
async function partNames(file: string): Promise<readonly string[]> {
  const [, stem] = partName.exec(basename(file)) ?? [];
  const index = stem === undefined ? file : join(dirname(file), `${stem}.weights.json`);
  if ((await jsonKind(index)) === 'index')
    return (await import('@lowbit/keras')).partsOfIndex(await readFile(index, 'utf8'), index);
  if (stem === undefined) return [];
  return (await readdir(dirname(file))).filter((name) => partName.exec(name)?.[1] === stem).sort();
}

async function partAt(file: string, name: string, names: readonly string[]): Promise<string> {
  try {
    return await findExternal(file, name);
  } catch (error) {
    if (!isLowbitError(error) || error.code !== 'file-missing') throw error;
    throw new LowbitError({
      code: 'file-missing',
      where: join(dirname(file), name),
      expected: `a part of the weights that ${basename(file)} belongs to`,
      remedy: `Put all parts into one folder, named as Keras named them: ${names.join(', ').slice(0, 200)}.`,
    });
  }
}
