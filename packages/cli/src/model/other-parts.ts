import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** The files beside one of a store of weights that Keras split by `max_shard_size`, whose names differ in the number alone. */
export async function otherParts(file: string): Promise<readonly string[]> {
  const [, stem] = /^(.*_)\d{5}\.weights\.h5$/.exec(basename(file)) ?? [];
  if (stem === undefined) return [];
  const isPart = (name: string) =>
    name.startsWith(stem) && /^\d{5}\.weights\.h5$/.test(name.slice(stem.length));
  const names = (await readdir(dirname(file))).filter((name) => isPart(name) && name !== basename(file));
  return names.sort().map((name) => join(dirname(file), name));
}
