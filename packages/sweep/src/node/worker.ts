import { parentPort, workerData } from 'node:worker_threads';
import { LowbitError } from '@lowbit/core';
import { localRunner } from '../job-runner.js';
import { checkOpened, type OpenedModel, type OpenModel } from '../opened-model.js';
import type { ThreadMessage, ThreadRequest, ThreadStart } from './messages.js';
import { sentError } from './sent-error.js';

/** A thread that runs jobs, one after the other. It is ended from outside. */
function send(message: ThreadMessage): void {
  parentPort?.postMessage(message);
}

try {
  const opened = await openNamed(workerData as ThreadStart);
  const runner = localRunner(opened);
  parentPort?.on('message', ({ task }: ThreadRequest) => {
    runner.run(task, {}).then(
      (result) => send({ result }),
      (error: unknown) => send({ failed: sentError(error) }),
    );
  });
  send({ opened: opened.identity });
} catch (error) {
  send({ failed: sentError(error) });
}

/** Opens a model by the module that is named. @throws LowbitError `invalid-argument` for a module without `open`; whatever it throws. */
async function openNamed({ module, context }: ThreadStart): Promise<OpenedModel> {
  const loaded = (await import(module)) as { readonly open?: OpenModel; readonly default?: OpenModel };
  const open = loaded.open ?? loaded.default;
  if (typeof open !== 'function')
    throw new LowbitError({
      code: 'invalid-argument',
      where: module,
      expected: 'a module that exports a function open(context)',
      received: `exports ${Object.keys(loaded).join(', ') || 'of nothing'}`,
    });
  const opened = await open(context, {});
  checkOpened(opened, `${module}: what open(context) gives`);
  return opened;
}
