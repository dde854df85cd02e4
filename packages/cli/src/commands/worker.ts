import { serveQueue } from '@lowbit/sweep/node';
import { printable } from '@lowbit/report/text';

import type { Io } from '../io.js';
import { jobsModule } from '../jobs/job-context.js';
import { defaultJobs } from '../usage/work-options.js';

export interface WorkerOptions {
  readonly queue: string;
  readonly jobs?: number;
  readonly quiet?: true;
}

/** `lowbit worker`: does jobs of a queue until it is cancelled. */
export async function workerCommand(options: WorkerOptions, { stdout, signal }: Io): Promise<void> {
  const { queue, jobs = defaultJobs, quiet = false } = options;
  const tell = (line: string) => void (quiet || stdout.write(`${printable(line)}\n`));
  await serveQueue({
    url: queue,
    module: jobsModule(),
    threads: jobs,
    signal,
    onReady: () => tell(`waiting for work, ${jobs} at once; Ctrl-C ends it, and gives back what is not done`),
    onJob: (name, state, error) =>
      tell(`${state}: ${name}${error === undefined ? '' : `: ${error.message}`}`),
  });
}
