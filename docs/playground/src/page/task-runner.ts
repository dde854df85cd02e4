import type { Problem } from '@lowbit/core';
import type { TaskName, Tasks } from '../shared/messages.js';
import { find } from './element.js';
import { statusIn, type Status } from './status.js';
import { TaskFailed, workerClient } from './worker-client.js';

/** Runs a task for a section of the page: its status tells about it, and nothing else can be started meanwhile. */
export type RunTask = <T extends TaskName>(
  section: HTMLElement,
  task: T,
  input: Tasks[T]['in'],
) => Promise<Tasks[T]['out'] | undefined>;

/** A runner for all sections, which share one worker. The result is `undefined` when the task failed. */
export function taskRunner(): RunTask {
  const client = workerClient();
  const statuses = new Map<HTMLElement, Status>();
  const statusOf = (section: HTMLElement): Status => {
    const known = statuses.get(section) ?? statusIn(find('.status', section), () => client.cancel());
    statuses.set(section, known);
    return known;
  };
  return async (section, task, input) => {
    const status = statusOf(section);
    const enable = disableForms();
    status.busy({ label: 'Starting', done: 0, total: 1 });
    try {
      const result = await client.run(task, input, status.busy);
      status.done();
      return result;
    } catch (error) {
      status.fail(problemsOf(error));
      return undefined;
    } finally {
      enable();
    }
  };
}

function problemsOf(error: unknown): readonly Problem[] {
  if (error instanceof TaskFailed) return error.problems;
  return [{ code: 'unexpected', where: 'playground', received: String(error), remedy: 'Reload the page.' }];
}

/** Disables what can be chosen; gives the function that enables it again, with the focus where it was. */
function disableForms(): () => void {
  const focused = document.activeElement;
  const controls = document.querySelectorAll<HTMLFieldSetElement | HTMLInputElement>(
    'form > fieldset, .drop input',
  );
  controls.forEach((control) => {
    control.disabled = true;
  });
  return () => {
    controls.forEach((control) => {
      control.disabled = false;
    });
    if (focused instanceof HTMLElement && document.activeElement === document.body) focused.focus();
  };
}
