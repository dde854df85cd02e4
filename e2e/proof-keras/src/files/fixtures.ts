import { readdir, readFile } from 'node:fs/promises';
import { readArchive } from './archive.js';
import { parseJson, type Packed } from './golden.js';

/** A small model as Keras saved it, and what Keras computes. */
export interface Fixture {
  readonly name: string;
  /** `model.keras`, `model.h5`, `model.json`, `model.weights.h5`; some layers cannot be saved in some forms. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly version: string;
  readonly inputs: readonly Packed[];
  /** In the order of the model's outputs, or by their names. */
  readonly outputs: readonly Packed[] | Readonly<Record<string, Packed>>;
}

/** Who wrote fixtures of `@lowbit/keras`; the names of their archives begin alike. */
export const writers = [
  { title: 'Keras 3', archives: 'keras3' },
  { title: 'tf-keras 2', archives: 'keras2' },
] as const;

const fixtures = new URL('../../../../packages/keras/fixtures/', import.meta.url);

/** What is in archives of shapes was computed of topologies alone, without a golden result. */
const isComputed = (name: string) => name.endsWith('.zip') && !name.endsWith('-shapes.zip');

/** All fixtures of a writer. */
export async function readFixtures(archives: string): Promise<readonly Fixture[]> {
  const names = (await readdir(fixtures)).filter((name) => name.startsWith(archives) && isComputed(name));
  return (await Promise.all(names.sort().map(readArchiveOf))).flat();
}

async function readArchiveOf(archive: string): Promise<readonly Fixture[]> {
  const folders = new Map<string, Map<string, Uint8Array>>();
  for (const [path, bytes] of await readArchive(await readFile(new URL(archive, fixtures)))) {
    const [folder, name] = path.split('/') as [string, string];
    folders.set(folder, (folders.get(folder) ?? new Map<string, Uint8Array>()).set(name, bytes));
  }
  return [...folders].map(([name, files]) => ({
    ...parseJson<Pick<Fixture, 'version' | 'inputs' | 'outputs'>>(files.get('golden.json')!),
    name,
    files,
  }));
}
