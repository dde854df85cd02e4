import type { Job as QueueJob } from 'bullmq';
import type { CancelSignal } from '@lowbit/core';
import { checkOptions, optionTypes } from '@lowbit/core/adapter';
import { jobName, type JobResult } from '../job.js';
import type { JobRunner } from '../job-runner.js';
import { sortedJson } from '../json.js';
import { OpeningError } from './job-thread.js';
import { loadBullmq, redisPlace } from './load-bullmq.js';
import { connected, defaultQueue, mostTries, type QueuedJob, type QueueWorker } from './queue-connection.js';
import { openThreads } from './thread-runner.js';
import { whenAborted } from './when-aborted.js';

export interface ServeOptions {
  /** `redis://user:password@host:port/number`, or `rediss:`. */
  readonly url: string;
  /** The module that opens model and data, by what the queue says: it exports `open(context)`. */
  readonly module: URL | string;
  /** Jobs at once, each on a thread with a model of its own. Default 1. */
  readonly threads?: number;
  /** Default `lowbit`. */
  readonly queue?: string;
  /** Ends the work; jobs that are not finished are given back. */
  readonly signal?: CancelSignal;
  /** Told of each job: that it is begun, done, or failed. */
  readonly onJob?: (name: string, state: 'begun' | 'done' | 'failed', error?: Error) => void;
  /** Called when there is a connection. */
  readonly onReady?: () => void;
}

const text = { expected: 'a text', fits: (value: unknown) => typeof value === 'string' };
const types = {
  url: text,
  module: optionTypes.any,
  threads: optionTypes.count,
  queue: text,
  signal: optionTypes.signal,
  onJob: optionTypes.callback,
  onReady: optionTypes.callback,
} as const;

/** Milliseconds after which a job of a worker that has died is given to another; its lock is renewed in half of that. */
const lock = 10_000;
/** Milliseconds between two looks for such jobs. */
const stalledInterval = 5_000;
/** Milliseconds until a job that is given back is taken by another worker. */
const handedBack = 500;

/**
 * Takes jobs from a queue until the signal ends it, and runs them on threads, so that this thread can keep what it has taken. A worker whose
 * model, data or versions are others than the jobs are for gives the job back and ends.
 *
 * @throws LowbitError `runtime-missing` without BullMQ, `runtime-failed` where there is no Redis; `plan-mismatch` and whatever
 *   `open(context)` throws where it cannot do the work.
 */
export async function serveQueue(options: ServeOptions): Promise<void> {
  checkOptions(options, types, 'serveQueue');
  const { url, threads = 1, queue = defaultQueue, signal, onJob, onReady } = options;
  const connection = redisPlace(url);
  const { Worker, DelayedError } = await loadBullmq();
  const models = openedModels(options);
  const end = ending(signal);
  const giveBack = async (job: Queued, token: string | undefined): Promise<never> => {
    await job.moveToDelayed(Date.now() + handedBack, token);
    throw new DelayedError();
  };
  const process = async (job: Queued, token?: string): Promise<JobResult> => {
    const name = jobName(job.data.job);
    onJob?.(name, 'begun');
    try {
      const result = await models.run(job, end.signal);
      onJob?.(name, 'done');
      return result;
    } catch (error) {
      if (error instanceof OpeningError) end.fail(error.cause);
      if (end.signal.aborted) return giveBack(job, token);
      onJob?.(name, 'failed', error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
  };
  const settings = { lockDuration: lock, stalledInterval, maxStalledCount: mostTries - 1, autorun: false };
  const worker: QueueWorker = new Worker(queue, process, { connection, concurrency: threads, ...settings });
  await connected(worker, url);
  onReady?.();
  const running = worker.run();
  try {
    await Promise.race([end.reached, running]);
  } finally {
    await worker.close();
    await models.close();
  }
}

type Queued = QueueJob<QueuedJob, JobResult, 'job'>;

/** Ends by the signal, or by an error that makes this worker useless. */
function ending(given: CancelSignal | undefined) {
  const signal = { aborted: false };
  let resolve: () => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const reached = new Promise<void>((...functions) => ([resolve, reject] = functions));
  reached.catch(() => {});
  const stop = () => ((signal.aborted = true), resolve());
  const { forget } = whenAborted(given, stop);
  return {
    signal,
    reached: reached.finally(forget),
    fail(error: unknown) {
      signal.aborted = true;
      reject(error);
    },
  };
}

/** Models that are open, each on threads of its own: those of the last jobs. */
function openedModels({ module, threads = 1 }: ServeOptions) {
  const open = new Map<string, { readonly runner: JobRunner; busy: number }>();
  const closeIdle = async () => {
    for (const [key, { runner, busy }] of open) {
      if (busy > 0) continue;
      open.delete(key);
      await runner.close();
    }
  };
  return {
    async run({ id = '', data }: Queued, signal: CancelSignal): Promise<JobResult> {
      const { job, context, identity } = data;
      const key = sortedJson({ context, identity });
      if (!open.has(key)) await closeIdle();
      const model = open.get(key) ?? { runner: openThreads({ module, context, identity, threads }), busy: 0 };
      open.set(key, model);
      model.busy++;
      try {
        return await model.runner.run({ key: id, job }, { signal });
      } finally {
        model.busy--;
      }
    },
    close: async () => void (await Promise.all([...open.values()].map(({ runner }) => runner.close()))),
  };
}
