import { contentHash, type Task } from '@lowbit/sweep';

import { commandWords } from '../output/changed-command.js';
import type { Share } from '../usage/work-options.js';

/** Which shares of some work a file holds, while some are missing. */
export interface WorkShares {
  /** Hash of all jobs, by which shares of one work are told from those of another. */
  readonly work: string;
  /** How many shares there are. */
  readonly of: number;
  /** Of all of them. */
  readonly jobs: number;
  readonly done: readonly number[];
  /** What does the whole work: the words of lowbit. */
  readonly command: readonly string[];
}

/** A document that says which shares it holds. */
export type Shared<T> = T & { readonly shares?: readonly WorkShares[] };

/**
 * What a share of some work is marked with; nothing where all of it is done at once.
 *
 * @param command - the words that do the whole work
 */
export async function shareMark(
  tasks: readonly Pick<Task, 'key'>[],
  share: Share | undefined,
  command: readonly string[],
): Promise<Shared<object>> {
  if (share === undefined || share.count === 1) return {};
  const work = await contentHash(tasks.map(({ key }) => key));
  return { shares: [{ work, of: share.count, jobs: tasks.length, done: [share.index], command }] };
}

/** What was merged, with the shares that it holds as long as one is missing: a whole work is the same, byte for byte, as without shares. */
export function withShares<T extends object>(merged: Shared<T>, parts: readonly unknown[]): Shared<T> {
  const plain = { ...merged };
  Reflect.deleteProperty(plain, 'shares');
  const works = new Map<string, WorkShares>();
  for (const own of parts.flatMap((part) => sharesIn(part))) {
    const key = `${own.work}/${own.of}`;
    const known = works.get(key);
    const done = [...new Set([...(known?.done ?? []), ...own.done])].sort((a, b) => a - b);
    works.set(key, { ...own, ...known, done });
  }
  const partly = [...works.values()].filter((own) => missingShares(own).length > 0);
  return { ...plain, ...(partly.length === 0 ? {} : { shares: partly }) };
}

/** Shares with jobs that nobody has done. */
export function missingShares({ of, done, jobs }: WorkShares): readonly number[] {
  const all = Array.from({ length: Math.min(of, jobs) }, (_, i) => i + 1);
  return all.filter((index) => !done.includes(index));
}

/** The command that does a share. */
export function shareCommand({ of, command }: WorkShares, index: number): string {
  return commandWords([...command, '--shard', `${index}/${of}`, '--output', `share-${index}-of-${of}.json`]);
}

/** Which shares are missing, how many jobs these are, and what does them; nothing where none is missing. */
export function missingText(shares: readonly WorkShares[] = []): string {
  return shares.map(textOf).join('');
}

function textOf(shares: WorkShares): string {
  const { of, jobs } = shares;
  const missing = missingShares(shares);
  // Share i has every of-th job from the i-th on.
  const left = missing.reduce((sum, index) => sum + Math.ceil((jobs - index + 1) / of), 0);
  const which = missing.length === 1 ? `share ${missing[0]}` : `shares ${listed(missing)}`;
  const lines = missing.slice(0, mostCommands).map((index) => `  ${shareCommand(shares, index)}\n`);
  const others = missing.length > mostCommands ? `  and so on, to --shard ${missing.at(-1)}/${of}\n` : '';
  return `missing: ${which} of ${of}, ${left} of ${jobs} jobs\n${lines.join('')}${others}`;
}

/** Commands that are printed in full. */
const mostCommands = 6;

const listed = (numbers: readonly number[]): string =>
  `${numbers.slice(0, -1).join(', ')} and ${String(numbers.at(-1))}`;

/** What a file says of shares, which is not believed before it makes sense. */
function sharesIn(part: unknown): readonly WorkShares[] {
  const { shares } = Object(part) as { readonly shares?: unknown };
  return Array.isArray(shares) ? (shares as readonly unknown[]).filter(isShares) : [];
}

function isShares(value: unknown): value is WorkShares {
  const { work, of, jobs, done, command } = Object(value) as Record<string, unknown>;
  const isCount = (one: unknown) => Number.isInteger(one) && (one as number) >= 1 && (one as number) <= 1e6;
  return (
    typeof work === 'string' &&
    isCount(of) &&
    isCount(jobs) &&
    [done, command].every(Array.isArray) &&
    (done as readonly unknown[]).every(isCount) &&
    (command as readonly unknown[]).every((word) => typeof word === 'string')
  );
}
