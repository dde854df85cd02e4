import { LowbitError } from '@lowbit/core';
import { checkOptions, optionTypes } from '@lowbit/core/adapter';
import type { JobRunner } from '../job-runner.js';
import type { Json } from '../json.js';
import { JobThread, OpeningError } from './job-thread.js';
import type { ThreadStart } from './messages.js';
import { whenAborted } from './when-aborted.js';

export interface ThreadOptions {
  /** The module that opens model and data: it exports `open(context)`. */
  readonly module: URL | string;
  /** What it is given: plain JSON. */
  readonly context: unknown;
  /** What its `identity` has to be: that of the model whose jobs are run. Default: any. */
  readonly identity?: Json;
  /** Default 1. */
  readonly threads?: number;
}

const moduleExpected = 'the address of a module, such as new URL("./open.js", import.meta.url)';
const types = {
  module: {
    expected: moduleExpected,
    fits: (value: unknown) => value instanceof URL || typeof value === 'string',
  },
  context: optionTypes.any,
  identity: optionTypes.any,
  threads: optionTypes.count,
} as const;

/**
 * Runs jobs on threads, each of which opens the model and its data by itself when there is a job for it. A thread that ends in the
 * middle of a job is replaced; `runTasks` tries the job again.
 *
 * @throws LowbitError `invalid-argument`; from jobs whatever they and `open(context)` throw, `plan-mismatch` for another identity.
 */
export function threadRunner(options: ThreadOptions): JobRunner {
  const threads = openThreads(options);
  return {
    ...threads,
    run: (task, session) =>
      threads.run(task, session).catch((error: unknown) => {
        throw error instanceof OpeningError ? error.cause : error;
      }),
  };
}

/** The same, whose jobs throw an `OpeningError` where the model cannot be opened. */
export function openThreads(options: ThreadOptions): JobRunner {
  checkOptions(options, types, 'threadRunner');
  const { module, context = null, threads = 1, identity } = options;
  if (module === undefined)
    throw new LowbitError({
      code: 'invalid-argument',
      where: 'threadRunner: module',
      expected: moduleExpected,
      received: 'nothing',
    });
  const start: ThreadStart = { module: String(module), context };
  const idle: JobThread[] = [];
  const all = new Set<JobThread>();
  return {
    atOnce: threads,
    async run(task, { signal }) {
      const thread = idle.pop() ?? new JobThread(start, identity);
      all.add(thread);
      const cancelled = whenAborted(signal, () => void thread.end());
      try {
        const result = await thread.run(task);
        idle.push(thread);
        return result;
      } catch (error) {
        all.delete(thread);
        await thread.end();
        throw error;
      } finally {
        cancelled.forget();
      }
    },
    async close() {
      await Promise.all([...all].map((thread) => thread.end()));
    },
  };
}
