import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Digests } from './compare.js';

/** What one piece of work changed on purpose: the digests since then, and why they are others. */
interface Change {
  readonly topic: string;
  readonly reason: string;
  readonly digests: Digests;
}

/** One file a topic, so that works that go on at the same time write different files. */
const folder = new URL('../fixtures/changed/', import.meta.url);
const fileOf = (topic: string): URL => new URL(`${topic}.json`, folder);

/** Every change since the recorded digests. An item that was changed again stands with the last change alone. */
export function readChanges(): readonly Change[] {
  if (!existsSync(folder)) return [];
  const topics = readdirSync(folder).map((name) => name.replace(/\.json$/, ''));
  return topics.map((topic) => ({ topic, ...JSON.parse(readFileSync(fileOf(topic), 'utf8')) }) as Change);
}

/**
 * Records what differs as changed on purpose, beside what the topic has already.
 *
 * @param recorded The digests until now, changes included.
 * @param reason Why; a topic that has one keeps it.
 */
export function recordChange(topic: string, recorded: Digests, made: Digests, reason?: string): void {
  const changes = readChanges();
  const own = changes.find((change) => change.topic === topic);
  const why = reason ?? own?.reason;
  if (why === undefined) throw new Error(`--changed ${topic} is new: say why with --reason.`);
  const differing = only(made, (name, item) => recorded[name]?.[item] !== made[name]?.[item]);
  for (const other of changes)
    if (other !== own)
      write({ ...other, digests: only(other.digests, (name, item) => !differing[name]?.[item]) });
  write({ topic, reason: why, digests: joined(own?.digests ?? {}, differing) });
}

/** The items of digests that are meant, without the groups that have none. */
function only(digests: Digests, isMeant: (group: string, item: string) => boolean): Digests {
  const groups = Object.entries(digests).map(([name, group]) => {
    const items = Object.entries(group).filter(([item]) => isMeant(name, item));
    return [name, Object.fromEntries(items)] as const;
  });
  return Object.fromEntries(groups.filter(([, group]) => Object.keys(group).length > 0));
}

const joined = (before: Digests, since: Digests): Digests =>
  Object.fromEntries(
    [...new Set([...Object.keys(before), ...Object.keys(since)])].map((name) => [
      name,
      { ...before[name], ...since[name] },
    ]),
  );

function write({ topic, reason, digests }: Change): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(fileOf(topic), `${JSON.stringify({ reason, digests }, null, 1)}\n`);
}
