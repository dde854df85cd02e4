import type { Problem } from '@lowbit/core';
import type { FromWorker, Progress, TaskName, Tasks } from '../shared/messages.js';
import { startWorker } from './start-worker.js';

/** What was wrong, as the worker tells it. */
export class TaskFailed extends Error {
  constructor(readonly problems: readonly Problem[]) {
    super('The task failed.');
  }
}

/** Runs tasks in a worker, one after the other. */
export interface WorkerClient {
  /** @throws TaskFailed */
  run<T extends TaskName>(
    task: T,
    input: Tasks[T]['in'],
    onProgress: (progress: Progress) => void,
  ): Promise<Tasks[T]['out']>;
  /** Cancels the task in work. A worker that does not react in time is ended; a new one opens the files again. */
  cancel(): void;
}

/** Milliseconds that a task may take to stop by itself: it looks between two weights. */
const patience = 1500;

interface Pending {
  readonly id: number;
  readonly resolve: (result: never) => void;
  readonly reject: (error: TaskFailed) => void;
  readonly onProgress: (progress: Progress) => void;
}

export function workerClient(): WorkerClient {
  let worker = startWorker(receive, breakDown);
  let failure: TaskFailed | undefined;
  let files: Tasks['open']['in'] | undefined;
  let pending: Pending | undefined;
  let lastId = 0;

  function receive(message: FromWorker): void {
    if (message.id !== pending?.id) return;
    if ('progress' in message) return pending.onProgress(message.progress);
    const { resolve, reject } = pending;
    pending = undefined;
    if ('result' in message) resolve(message.result as never);
    else reject(new TaskFailed(message.problems));
  }

  /** A worker that throws outside a task, or cannot be loaded, never answers again. */
  function breakDown(received: string): void {
    const remedy = 'Reload the page; a recent browser is needed.';
    failure = new TaskFailed([{ code: 'unexpected', where: 'the worker of the page', received, remedy }]);
    pending?.reject(failure);
    pending = undefined;
  }

  const run: WorkerClient['run'] = async (task, input, onProgress) => {
    if (failure !== undefined) throw failure;
    const result = await new Promise<never>((resolve, reject) => {
      pending = { id: ++lastId, resolve, reject, onProgress };
      worker.postMessage({ id: lastId, task, input });
    });
    if (task === 'open') files = input as Tasks['open']['in'];
    return result;
  };

  function replaceWorker({ reject, id }: Pending): void {
    if (pending?.id !== id) return;
    worker.terminate();
    worker = startWorker(receive, breakDown);
    pending = undefined;
    const stopped = () => reject(new TaskFailed([{ code: 'aborted', where: 'playground' }]));
    if (files === undefined) stopped();
    else void run('open', files, () => undefined).then(stopped, reject);
  }

  return {
    run,
    cancel() {
      const stopping = pending;
      if (stopping === undefined) return;
      worker.postMessage({ task: 'cancel' });
      setTimeout(() => replaceWorker(stopping), patience);
    },
  };
}
