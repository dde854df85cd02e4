import { defined } from '@lowbit/core/adapter';
import {
  localRunner,
  type JobRunner,
  type OpenedModel,
  type Outcome,
  runTasks,
  shard,
  type Task,
} from '@lowbit/sweep';
import { folderStore, queueRunner, threadRunner } from '@lowbit/sweep/node';

import type { Progress } from '../output/progress.js';
import { defaultJobs, type WorkOptions } from '../usage/work-options.js';
import { type JobContext, jobsModule } from './job-context.js';

/** A model that is opened, and what others open it with. */
export interface JobModel {
  readonly opened: OpenedModel;
  readonly context: JobContext;
}

/**
 * Has jobs run as the options say: here, on threads, or by workers; the share that is asked for, and without what is known already.
 *
 * @throws LowbitError as `runTasks` and the runners of `@lowbit/sweep`.
 */
export async function runJobs(
  model: JobModel,
  tasks: readonly Task[],
  options: WorkOptions,
  { signal, progress }: { readonly signal: AbortSignal; readonly progress: Progress },
): Promise<readonly Outcome[]> {
  const { results, shard: share } = options;
  const own = share === undefined ? tasks : shard(tasks, share.index, share.count);
  const runner = await runnerFor(model, own.length, options);
  const store = results === undefined ? undefined : folderStore(results);
  try {
    return await runTasks(own, runner, { signal, onProgress: progress.update, ...defined({ store }) });
  } finally {
    await runner.close();
  }
}

async function runnerFor(
  { opened, context }: JobModel,
  jobs: number,
  { queue, jobs: wanted = defaultJobs }: WorkOptions,
): Promise<JobRunner> {
  const { identity } = opened;
  if (queue !== undefined) return queueRunner({ url: queue, context, identity });
  const threads = Math.min(wanted, Math.max(jobs, 1));
  if (threads > 1) return threadRunner({ module: jobsModule(), context, identity, threads });
  // The model is closed by whoever has opened it.
  return { ...localRunner(opened), close: async () => {} };
}
