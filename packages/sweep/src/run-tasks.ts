import { isLowbitError, LowbitError, type Problem, type SessionOptions } from '@lowbit/core';
import { checkOptions, defined, optionTypes, stopIfAborted } from '@lowbit/core/adapter';
import { checkHas, checkList } from './check-given.js';
import { jobName, type Outcome, type Task } from './job.js';
import type { JobRunner } from './job-runner.js';
import { memoryStore, type ResultStore } from './result-store.js';

export interface RunTasksOptions extends SessionOptions {
  /** What is in it is not computed again; what is computed is put into it at once. Default: in memory. */
  readonly store?: ResultStore;
}

const types = {
  store: optionTypes.any,
  signal: optionTypes.signal,
  onProgress: optionTypes.callback,
} as const;

/** Times that a job is tried before it counts as failed. */
const mostTries = 3;

/**
 * Runs jobs, as many at once as the runner takes, and gives their results in the order of the tasks, whoever has run them and when. An
 * interruption costs what was not finished: the store has the rest. A job that fails is tried again; the others are done all the same.
 *
 * @throws LowbitError `job-failed`, naming every job that failed three times; `aborted`; as the store.
 */
export async function runTasks(
  tasks: readonly Task[],
  runner: JobRunner,
  options: RunTasksOptions = {},
): Promise<readonly Outcome[]> {
  checkList(tasks, 'runTasks: tasks', 'a list of tasks, such as measureTasks gives', (task) =>
    ['key', 'job'].every((member) => Object(task)[member] !== undefined),
  );
  checkHas(runner, ['run', 'atOnce'], 'runTasks: runner', 'what runs jobs, such as localRunner gives');
  checkOptions(options, types, 'runTasks');
  const { store = memoryStore(), signal, onProgress } = options;
  const done = new Map<string, Outcome>();
  for (const { key } of tasks) {
    const known = await store.get(key);
    if (known !== undefined) done.set(key, known);
  }
  const open = tasks.filter(
    ({ key }, i) => !done.has(key) && tasks.findIndex((one) => one.key === key) === i,
  );
  const tell = progressOf(onProgress, open.length, tasks.length);
  const failures: Problem[] = [];
  const waiting = [...open];
  const work = async (): Promise<void> => {
    for (let task = waiting.shift(); task !== undefined; task = waiting.shift()) {
      stopIfAborted(signal, 'running jobs');
      tell(jobName(task.job));
      const outcome = await triedTask(task, runner, signal).catch((error: unknown) => {
        if (isLowbitError(error) && error.code === 'job-failed') failures.push(...error.problems);
        else throw error;
      });
      if (outcome !== undefined) {
        done.set(task.key, outcome);
        await store.put(outcome);
      }
      tell.finished();
    }
  };
  await Promise.all(Array.from({ length: Math.min(runner.atOnce, open.length) }, work));
  stopIfAborted(signal, 'running jobs');
  const [first, ...others] = failures;
  if (first !== undefined) throw new LowbitError([first, ...others]);
  onProgress?.({ phase: 'measure', done: tasks.length, total: tasks.length });
  return tasks.flatMap(({ key }) => done.get(key) ?? []);
}

async function triedTask(task: Task, runner: JobRunner, signal: SessionOptions['signal']): Promise<Outcome> {
  const { tries = mostTries } = runner;
  for (let tried = 1; ; tried++) {
    try {
      return { ...task, result: await runner.run(task, defined({ signal })) };
    } catch (error) {
      stopIfAborted(signal, 'running jobs');
      if (isLowbitError(error) && error.code !== 'job-failed') throw error;
      if (tried >= tries) throw jobFailed(task, error);
    }
  }
}

/** A job that could not be done, whatever was tried. */
export function jobFailed({ job }: Pick<Task, 'job'>, cause: unknown): LowbitError {
  if (isLowbitError(cause) && cause.code === 'job-failed') return cause;
  return new LowbitError(
    {
      code: 'job-failed',
      where: jobName(job),
      received: cause instanceof Error ? cause.message : String(cause),
      remedy: 'Results of all other jobs are kept: mend what it says, and run the same again.',
    },
    { cause },
  );
}

/** Tells how far the work is, and by the time that jobs took how long the rest may take. */
function progressOf(onProgress: SessionOptions['onProgress'], open: number, total: number) {
  const start = Date.now();
  let finished = 0;
  const tell = (id: string): void => {
    const secondsLeft = finished === 0 ? undefined : ((Date.now() - start) / finished) * (open - finished);
    onProgress?.({
      phase: 'measure',
      done: total - open + finished,
      total,
      id,
      ...defined({ secondsLeft: secondsLeft === undefined ? undefined : secondsLeft / 1000 }),
    });
  };
  return Object.assign(tell, { finished: () => void finished++ });
}
