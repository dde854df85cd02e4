import { availableParallelism } from 'node:os';

import { Option } from 'commander';

import { parseCount, quoted } from './option-values.js';
import { usageError } from './usage-error.js';

/** How work that is a list of jobs is done, as parsed. */
export interface WorkOptions {
  readonly jobs?: number;
  readonly results?: string;
  readonly shard?: Share;
  readonly queue?: string;
}

/** The i-th of n shares. */
export interface Share {
  readonly index: number;
  readonly count: number;
}

/** Threads where nobody says how many: each has the model in memory. */
export const defaultJobs = Math.min(availableParallelism(), 4);

/** Declares them. */
export function workOptions(): readonly Option[] {
  return [
    jobsOption(),
    new Option(
      '--results <folder>',
      'keep the result of each job here, and take what is there: work goes on after an interruption',
    ),
    new Option('--shard <i/n>', 'do the i-th of n shares alone; lowbit merge puts shares together').argParser(
      parseShare,
    ),
    queueOption(
      'have workers (lowbit worker) do the jobs, by a Redis: redis://127.0.0.1:6379 (needs the packages bullmq and ioredis)',
    ).conflicts('jobs'),
  ].map((option) => option.helpGroup('Options for the work:'));
}

export function jobsOption(): Option {
  return new Option(
    '--jobs <number>',
    `threads that work at once, each with the model in its memory; results are the same for any number (default: ${defaultJobs})`,
  ).argParser(parseCount('--jobs', 1));
}

export function queueOption(words: string): Option {
  return new Option('--queue <url>', words).argParser(parseQueue);
}

function parseShare(value: string): Share {
  const [, index, count] = /^(\d{1,6})\/(\d{1,6})$/.exec(value) ?? [];
  if (Number(index) >= 1 && Number(index) <= Number(count))
    return { index: Number(index), count: Number(count) };
  throw usageError({
    where: '--shard',
    expected: 'a share of all, from 1/1 on: 2/4 is the second of four',
    received: quoted(value),
  });
}

function parseQueue(value: string): string {
  if (/^rediss?:\/\/[^/]/.test(value) && URL.canParse(value)) return value;
  throw usageError({
    where: '--queue',
    expected: 'the address of a Redis, for instance redis://127.0.0.1:6379',
    received: quoted(value),
  });
}
