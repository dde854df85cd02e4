import { readFileSync, writeFileSync } from 'node:fs';
import type { Digests } from './compare.js';

/** What work that means to change results changed: the digest since then, and why. By item, by group. */
type Changed = Readonly<Record<string, Readonly<Record<string, { digest: string; reason: string }>>>>;

/** The digests of before, which stay as they are. Only `--write` makes such a file, and only where it is told. */
const recorded = new URL('../fixtures/recorded.json', import.meta.url);

/** Results that were changed on purpose since. */
const changed = new URL('../fixtures/changed.json', import.meta.url);

/** The digests that are committed, those of changed results in place of those of before. */
export function readRecorded(): Digests {
  const groups = Object.entries(readJson(recorded) as Digests).map(([name, digests]) => {
    const since = Object.entries(readChanged()[name] ?? {}).map(
      ([item, { digest }]) => [item, digest] as const,
    );
    return [name, { ...digests, ...Object.fromEntries(since) }] as const;
  });
  return Object.fromEntries(groups);
}

export function readChanged(): Changed {
  return readJson(changed) as Changed;
}

function readJson(file: URL): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** Writes digests with one item a line. */
export function writeDigests(path: string, digests: Digests): void {
  writeFileSync(path, `${JSON.stringify(digests, null, 1)}\n`);
}
