import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Digests } from './compare.js';

/** The digests that are committed. Only `--write` makes such a file, and only where it is told. */
const file = fileURLToPath(new URL('../fixtures/recorded.json', import.meta.url));

export function readRecorded(): Digests {
  return JSON.parse(readFileSync(file, 'utf8')) as Digests;
}

/** Writes digests with one item a line. */
export function writeDigests(path: string, digests: Digests): void {
  writeFileSync(path, `${JSON.stringify(digests, null, 1)}\n`);
}
