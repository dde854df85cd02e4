import { parentPort, workerData } from 'node:worker_threads';

import { onUnfinished } from './files/unfinished.js';
import { main } from './main.js';
import type { ThreadMessage, ThreadRequest, ThreadStart } from './thread/messages.js';

const { argv, stdout, stderr } = workerData as ThreadStart;
const controller = new AbortController();
let takeInput: (answer: ThreadRequest) => void = () => {};

function send(message: ThreadMessage): void {
  parentPort?.postMessage(message);
}

parentPort?.on('message', (request: ThreadRequest) => {
  if ('cancel' in request) controller.abort();
  takeInput(request);
});
// What is listened for alone would keep a thread that has nothing left to do.
parentPort?.unref();
onUnfinished((unfinished) => send({ unfinished }));

/** Standard input, which the other thread reads part by part. Ends early when the work is cancelled. */
async function* standardInput(): AsyncGenerator<Uint8Array> {
  for (;;) {
    parentPort?.ref();
    const answer = await new Promise<ThreadRequest>((resolve) => {
      takeInput = resolve;
      send({ wants: 'input' });
    });
    parentPort?.unref();
    if ('inputFailed' in answer) throw new Error(answer.inputFailed);
    if ('cancel' in answer || answer.input === null) return;
    yield answer.input;
  }
}

const status = await main(argv, {
  stdout: { ...stdout, write: (data) => send({ write: 'stdout', data }) },
  stderr: { ...stderr, write: (data) => send({ write: 'stderr', data }) },
  stdin: standardInput(),
  signal: controller.signal,
});
send({ status });
