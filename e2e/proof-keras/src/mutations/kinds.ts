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
  '.weights.h5': (files, random) => apart(files, (file) => mutateBytes(file, random), 'model.weights.h5'),
  'values of the JSON': (files, random) =>
    apart(files, (file) => encode(mutateJson(decode(file), random)), 'model.json'),
  'bytes of the JSON': (files, random) => apart(files, (file) => mutateBytes(file, random), 'model.json'),
};

async function inside(
  files: Fixture['files'],
  name: string,
  change: (bytes: Uint8Array) => Uint8Array,
): Promise<Uint8Array> {
  const entries = [...(await readArchive(files.get('model.keras')!))];
  return writeArchive(
    new Map(entries.map(([entry, bytes]) => [entry, entry === name ? change(bytes) : bytes])),
  );
}

function apart(
  files: Fixture['files'],
  change: (bytes: Uint8Array) => Uint8Array,
  damaged: 'model.json' | 'model.weights.h5',
): KerasSource {
  const of = (name: typeof damaged) => (name === damaged ? change(files.get(name)!) : files.get(name)!);
  return { topology: decode(of('model.json')), weights: of('model.weights.h5').slice() };
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
