import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { isLowbitError, LowbitError } from '@lowbit/core';

import { exists } from '../files/path-exists.js';
import { findExternal } from '../files/read-external.js';
import { jsonKind } from './is-keras-file.js';

const partName = /^(.*)_(\d{5})\.weights\.h5$/;

/**
 * The files beside one of a store of weights that Keras split by `max_shard_size`, or beside its index: the parts that the index names, and
 * without one those whose names differ in the number alone.
 *
 * @throws LowbitError `file-missing` for a part that is not there; `external-data` for one outside the folder; `model-malformed` for an index that is none.
 */
export async function otherParts(file: string): Promise<readonly string[]> {
  const names = await partNames(file);
  const others = names.filter((name) => name !== basename(file));
  return Promise.all(others.map((name) => partAt(file, name, names)));
}

async function partNames(file: string): Promise<readonly string[]> {
  if ((await jsonKind(file)) === 'index') return indexed(file);
  const name = basename(file);
  const [, stem, number] = partName.exec(name) ?? [];
  if (stem === undefined) return [];
  const index = join(dirname(file), `${stem}.weights.json`);
  const named = (await exists(index)) ? await indexed(index) : [];
  return named.includes(name) ? named : numbered(dirname(file), stem, Number(number));
}

async function indexed(file: string): Promise<readonly string[]> {
  const { partsOfIndex } = await import('@lowbit/keras');
  return partsOfIndex(await readFile(file, 'utf8'), file);
}

/** All numbers from the first to the highest that is there. */
async function numbered(folder: string, stem: string, own: number): Promise<readonly string[]> {
  const numbers = (await readdir(folder)).flatMap((name) => {
    const [, other, number] = partName.exec(name) ?? [];
    return other === stem ? [Number(number)] : [];
  });
  return Array.from(
    { length: Math.max(own, ...numbers) + 1 },
    (_, i) => `${stem}_${String(i).padStart(5, '0')}.weights.h5`,
  );
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
      remedy: `Put all parts into one folder, named as Keras named them: ${names.slice(0, 4).join(', ')}${names.length > 4 ? ' …' : ''}.`,
    });
  }
}
