import type { Queue, Worker } from 'bullmq';
import { LowbitError } from '@lowbit/core';
import type { Job, JobResult } from '../job.js';
import type { Json } from '../json.js';

/** What stands in Redis of a job. Code is never named there. */
export interface QueuedJob {
  readonly job: Job;
  /** What a worker opens the model and its data with, and what it has to find there. */
  readonly context: unknown;
  readonly identity: Json;
}

export type JobQueue = Queue<QueuedJob, JobResult, 'job'>;
export type QueueWorker = Worker<QueuedJob, JobResult, 'job'>;

export const defaultQueue = 'lowbit';

/** Times that a job is tried before it counts as failed: by errors, or by workers that die. */
export const mostTries = 3;

/** What a queue and a worker have in common. */
interface Client {
  on(event: 'error', told: (error: Error) => void): unknown;
  waitUntilReady(): Promise<unknown>;
  close(): Promise<void>;
}

/**
 * Waits until there is a connection. Later errors are no end: the connection is made anew.
 *
 * @throws LowbitError `runtime-failed`.
 */
export async function connected(client: Client, url: string): Promise<void> {
  const failed = new Promise<never>((_, reject) => client.on('error', reject));
  failed.catch(() => {});
  try {
    await Promise.race([client.waitUntilReady(), failed]);
  } catch (cause) {
    await client.close().catch(() => {});
    throw new LowbitError(
      {
        code: 'runtime-failed',
        where: `queue ${withoutPassword(url)}`,
        expected: 'a Redis that can be reached, 5 or newer',
        received: cause instanceof Error ? cause.message || cause.name : String(cause),
        remedy: 'Start it, for instance with redis-server, or give the address of one that runs.',
      },
      { cause },
    );
  }
}

function withoutPassword(url: string): string {
  return url.replace(/\/\/[^/@]*@/, '//');
}
