import type { Job as QueueJob } from 'bullmq';
import { setTimeout as wait } from 'node:timers/promises';
import { stopIfAborted } from '@lowbit/core/adapter';
import { checkOptions, optionTypes } from '@lowbit/core/adapter';
import type { JobResult, Task } from '../job.js';
import type { JobRunner } from '../job-runner.js';
import type { Json } from '../json.js';
import { jobFailed } from '../run-tasks.js';
import { loadBullmq, redisPlace } from './load-bullmq.js';
import { connected, defaultQueue, type JobQueue, mostTries, type QueuedJob } from './queue-connection.js';

export interface QueueOptions {
  /** `redis://user:password@host:port/number`, or `rediss:`. */
  readonly url: string;
  /** What workers open the model and its data with: plain JSON, such as paths that are the same for all. */
  readonly context: unknown;
  /** That of the model whose jobs are run. A worker that opens another one takes none of them. */
  readonly identity: Json;
  /** Default `lowbit`. */
  readonly queue?: string;
}

const text = { expected: 'a text', fits: (value: unknown) => typeof value === 'string' };
const types = { url: text, context: optionTypes.any, identity: optionTypes.any, queue: text } as const;

/** Seconds that results stay in Redis: a week. */
const kept = { age: 7 * 24 * 3600 };
/** Milliseconds between two looks at what is done. */
const interval = 250;

/**
 * Has jobs run by workers, see `serveQueue`, on any number of machines. Each job stands in Redis once, by the address of its result:
 * what was done before is taken from there, workers may die and join. Workers that die give their job back after ten seconds.
 *
 * @throws LowbitError `runtime-missing` without BullMQ, `runtime-failed` where there is no Redis, `invalid-argument`; from jobs `job-failed`.
 */
export async function queueRunner(options: QueueOptions): Promise<JobRunner> {
  checkOptions(options, types, 'queueRunner');
  const { url, context, identity, queue: name = defaultQueue } = options;
  const connection = redisPlace(url);
  const { Queue, Job } = await loadBullmq();
  const queue: JobQueue = new Queue(name, { connection });
  await connected(queue, url);
  const find = (key: string) => Job.fromId<QueuedJob, JobResult, 'job'>(queue, key);
  const add = async ({ key, job }: Task) => {
    const settings = { jobId: key, attempts: mostTries, removeOnComplete: kept, removeOnFail: kept };
    await queue.add('job', { job, context, identity }, settings);
  };
  return {
    atOnce: Infinity,
    tries: 1,
    async run(task, { signal }) {
      const before = await find(task.key);
      if (before !== undefined && hasFailed(before)) await before.remove();
      await add(task);
      try {
        for (;;) {
          stopIfAborted(signal, 'running jobs');
          const found = await find(task.key);
          // Somebody has emptied the Redis.
          if (found === undefined) await add(task);
          else if (hasFailed(found)) throw jobFailed(task, new Error(failure(found)));
          else if (found.finishedOn !== undefined) return found.returnvalue;
          await wait(interval);
        }
      } finally {
        if (signal?.aborted === true) await (await find(task.key))?.remove().catch(() => {});
      }
    },
    close: () => queue.close(),
  };
}

type Queued = QueueJob<QueuedJob, JobResult, 'job'>;

const hasFailed = ({ finishedOn, failedReason }: Queued): boolean =>
  finishedOn !== undefined && typeof failedReason === 'string' && failedReason !== '';

function failure({ failedReason, attemptsMade }: Queued): string {
  return /stalled/.test(failedReason)
    ? `workers died of it ${mostTries} times, or lost their connection`
    : `failed ${attemptsMade} times, at last: ${failedReason}`;
}
