import type { Random } from '@lowbit/core/adapter';
import type { KerasSource } from '@lowbit/keras';
import { readArchive, writeArchive } from '../files/archive.js';
import type { Fixture } from '../files/fixtures.js';
import { mutateBytes } from './mutate-bytes.js';
import { mutateJson } from './mutate-json.js';

/** Makes a damaged source of a valid model. */
type Mutate = (files: Fixture['files'], random: Random) => KerasSource | Promise<KerasSource>;

/** What is damaged, by name. Inside an archive the sums are right, so that what lies deeper is reached. */
export const kinds: Readonly<Record<string, Mutate>> = {
  '.h5': (files, random) => mutateBytes(files.get('model.h5') ?? files.get('model.keras')!, random),
  '.keras': (files, random) => mutateBytes(files.get('model.keras')!, random),
  'config.json in .keras': (files, random) =>
    inside(files, 'config.json', (bytes) => encode(mutateJson(decode(bytes), random))),
  'model.weights.h5 in .keras': (files, random) =>
    inside(files, 'model.weights.h5', (bytes) => mutateBytes(bytes, random)),
  '.weights.h5': (files, random) => apart(files, 'model.weights.h5', (bytes) => mutateBytes(bytes, random)),
  'values of the JSON': (files, random) =>
    apart(files, 'config.json', (bytes) => encode(mutateJson(decode(bytes), random))),
  'bytes of the JSON': (files, random) => apart(files, 'config.json', (bytes) => mutateBytes(bytes, random)),
};

type Damaged = 'config.json' | 'model.weights.h5';
type Damage = (bytes: Uint8Array) => Uint8Array;

async function inside(files: Fixture['files'], damaged: Damaged, damage: Damage): Promise<Uint8Array> {
  return writeArchive(await damagedEntries(files, damaged, damage));
}

async function apart(files: Fixture['files'], damaged: Damaged, damage: Damage): Promise<KerasSource> {
  const entries = await damagedEntries(files, damaged, damage);
  return { topology: decode(entries.get('config.json')!), weights: entries.get('model.weights.h5')! };
}

/** What is in the `.keras` file of a model, with one of its entries damaged. */
async function damagedEntries(
  files: Fixture['files'],
  damaged: Damaged,
  damage: Damage,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const entries = [...(await readArchive(files.get('model.keras')!))];
  return new Map(entries.map(([name, bytes]) => [name, name === damaged ? damage(bytes) : bytes]));
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
