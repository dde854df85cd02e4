import { readFileSync } from 'node:fs';
import { readKeras } from '@lowbit/keras';
import { unzipSync } from 'fflate';

/** One of the models that the scripts of `@lowbit/keras` wrote, in the forms in which it is dropped, and the shape of a sample. */
export async function kerasCase(archive: string, name: string) {
  const zip = readFileSync(new URL(`../../../packages/keras/fixtures/${archive}`, import.meta.url));
  const files = unzipSync(zip, { filter: (entry) => entry.name.startsWith(`${name}/`) });
  const part = (suffix: string) => files[`${name}/model${suffix}`]!;
  const { network } = await readKeras(part('.keras'));
  const shape = network.calls[0]!.inputShapes[0]!.slice(1) as readonly number[];
  return { file: part('.keras'), weights: part('.weights.h5'), topology: part('.json'), shape };
}
