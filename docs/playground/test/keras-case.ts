import { readFileSync } from 'node:fs';
import { readKeras } from '@lowbit/keras';
import { unzipSync } from 'fflate';

/** The files of one of the models that the scripts of `@lowbit/keras` wrote, by their names. */
export function kerasFiles(archive: string, name: string): ReadonlyMap<string, Uint8Array> {
  const zip = readFileSync(new URL(`../../../packages/keras/fixtures/${archive}`, import.meta.url));
  const files = unzipSync(zip, { filter: (entry) => entry.name.startsWith(`${name}/`) });
  return new Map(Object.entries(files).map(([path, bytes]) => [path.slice(name.length + 1), bytes]));
}

/** One of these in the forms in which it is dropped, and the shape of a sample. */
export async function kerasCase(archive: string, name: string) {
  const files = kerasFiles(archive, name);
  const part = (suffix: string) => files.get(`model${suffix}`)!;
  const { network } = await readKeras(part('.keras'));
  const shape = network.calls[0]!.inputShapes[0]!.slice(1) as readonly number[];
  return { file: part('.keras'), weights: part('.weights.h5'), topology: part('.json'), shape };
}
