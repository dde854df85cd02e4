import { readFileSync, writeFileSync } from 'node:fs';
import { readChanges } from './changed.js';
import type { Digests } from './compare.js';

const recorded = new URL('../fixtures/recorded.json', import.meta.url);

/** The digests of before, which stay as they are. Only `--write` makes such a file, and only where it is told. */
export const readBefore = (): Digests => JSON.parse(readFileSync(recorded, 'utf8')) as Digests;

/** The digests that are committed, those of changed results in place of those of before. */
export function readRecorded(): Digests {
  const since = (name: string) => Object.assign({}, ...readChanges().map(({ digests }) => digests[name]));
  return Object.fromEntries(
    Object.entries(readBefore()).map(([name, digests]) => [name, { ...digests, ...since(name) }]),
  );
}

/** Writes digests with one item a line. */
export function writeDigests(path: string, digests: Digests): void {
  writeFileSync(path, `${JSON.stringify(digests, null, 1)}\n`);
}
