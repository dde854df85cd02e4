import { parentPort, workerData } from 'node:worker_threads';

import { onUnfinished } from './files/unfinished.js';
import { main } from './main.js';
import { cancelMessage, type ThreadMessage, type ThreadStart } from './thread/messages.js';

const { argv, stdout, stderr } = workerData as ThreadStart;
const controller = new AbortController();

function send(message: ThreadMessage): void {
  parentPort?.postMessage(message);
}

parentPort?.on('message', (message) => {
  if (message === cancelMessage) controller.abort();
});
// What is listened for alone would keep a thread that has nothing left to do.
parentPort?.unref();
onUnfinished((unfinished) => send({ unfinished }));

const status = await main(argv, {
  stdout: { ...stdout, write: (text) => send({ write: 'stdout', text }) },
  stderr: { ...stderr, write: (text) => send({ write: 'stderr', text }) },
  signal: controller.signal,
});
send({ status });
