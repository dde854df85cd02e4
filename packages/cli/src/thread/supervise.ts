import { lstatSync, rmdirSync, unlinkSync } from 'node:fs';
import { constants } from 'node:os';
import { Worker } from 'node:worker_threads';

import type { Output } from '../io.js';
import type { OutputFacts, ThreadMessage, ThreadRequest, ThreadStart } from './messages.js';

type StopSignal = 'SIGINT' | 'SIGTERM';

/** What a command line that was cancelled gives. */
const cancelled = 130;

/** Milliseconds that work has to stop by itself, and for its thread to end after that. */
const grace = { work: 400, thread: 550 };

/** Milliseconds within which a second signal is the first once more: npx passes a Ctrl-C on that the terminal has sent already. */
const sameSignal = 1000;

/** A command line in a thread of its own: where it stands. */
interface Supervised {
  readonly argv: readonly string[];
  readonly worker: Worker;
  /** What has to be taken away when the thread is ended in the middle of its work. */
  readonly unfinished: string[];
  /** Gives the exit status. */
  readonly end: (status: number) => void;
  input?: AsyncIterator<Uint8Array>;
  status?: number;
  failed?: unknown;
  stopped?: { readonly by: StopSignal; readonly at: number };
  /** The thread is no more. */
  hasEnded?: true;
}

/**
 * Runs a command line in a thread, so that signals and texts are served whatever computes there, and resolves to the exit status. This
 * thread loads nothing else, since the work waits for it.
 *
 * The first SIGINT or SIGTERM cancels: work that does not stop by itself is ended, and leaves no file. One that comes more than a
 * second later ends the process.
 *
 * @param script - what runs in the thread
 */
export function supervise(script: URL, argv: readonly string[]): Promise<number> {
  const workerData: ThreadStart = { argv, stdout: factsOf(process.stdout), stderr: factsOf(process.stderr) };
  const worker = new Worker(script, { workerData });
  for (const output of [process.stdout, process.stderr]) output.on('error', onStreamError);
  return new Promise((end) => {
    const run: Supervised = { argv, worker, unfinished: [], end };
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => onSignal(run, name));
    worker.on('message', (message: ThreadMessage) => take(run, message));
    worker.on('error', (error) => (run.failed = error));
    worker.on('exit', (code) => void endOf(run, code).then(end));
  });
}

function factsOf({ isTTY, columns }: Output): OutputFacts {
  return { ...(isTTY === undefined ? {} : { isTTY }), ...(columns === undefined ? {} : { columns }) };
}

/** A reader that closes early (`lowbit inspect … | head`) is not a failure; anything else is. */
function onStreamError(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') process.exitCode = 1;
}

function take(run: Supervised, message: ThreadMessage): void {
  if ('write' in message) process[message.write].write(message.data);
  else if ('wants' in message) void sendInput(run);
  else if ('unfinished' in message) run.unfinished.push(message.unfinished);
  else {
    run.status = message.status;
    // A runtime may take a while to be taken down.
    if (run.stopped !== undefined) run.end(statusOf(run));
  }
}

function send({ worker }: Supervised, request: ThreadRequest): void {
  worker.postMessage(request);
}

/** Sends the next part of standard input. */
async function sendInput(run: Supervised): Promise<void> {
  try {
    run.input ??= process.stdin[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
    const { value, done } = await run.input.next();
    send(run, { input: done === true ? null : value });
  } catch (error) {
    send(run, { inputFailed: error instanceof Error ? error.message : String(error) });
  }
}

function onSignal(run: Supervised, by: StopSignal): void {
  const now = performance.now();
  if (run.stopped === undefined) {
    run.stopped = { by, at: now };
    if (run.status !== undefined) return run.end(run.status);
    send(run, { cancel: true });
    // What tells it is loaded while it is waited for.
    void import('./tell-end.js');
    setTimeout(() => endThread(run, by), grace.work).unref();
  } else if (now - run.stopped.at > sameSignal) endProcess(by);
}

/** Ends work that does not look whether it is cancelled, such as that of a plugin. */
function endThread(run: Supervised, by: StopSignal): void {
  void run.worker.terminate();
  const takesLong = async () => {
    if (run.hasEnded) return;
    takeAway(run.unfinished);
    await tell(run, 0);
    endProcess(by);
  };
  // Native code is waited for, and may take longer than a person does.
  setTimeout(() => void takesLong(), grace.thread).unref();
}

/** Ends as if the signal had not been taken, which shells tell by the same status. */
function endProcess(by: StopSignal): void {
  process.removeAllListeners(by);
  process.kill(process.pid, by);
}

/** The exit status once the thread has ended, with or without having told one. */
async function endOf(run: Supervised, code: number): Promise<number> {
  run.hasEnded = true;
  if (run.status !== undefined) return statusOf(run);
  takeAway(run.unfinished);
  await tell(run, code);
  return statusOf({ ...run, status: run.stopped === undefined ? code || 1 : cancelled });
}

/** Tells why a thread ended that did not tell it itself. */
async function tell({ stopped, failed, argv }: Supervised, code: number): Promise<void> {
  const { tellEnd } = await import('./tell-end.js');
  tellEnd(stopped === undefined ? (failed ?? code) : 'cancelled', argv);
}

/** The status that the work gave; where that is that it was cancelled, the one that shells give an end by the signal. */
function statusOf({ status = cancelled, stopped }: Pick<Supervised, 'status' | 'stopped'>): number {
  return status === cancelled && stopped !== undefined ? 128 + constants.signals[stopped.by] : status;
}

/** What comes last was made last, and lies in what was made before. */
function takeAway(unfinished: readonly string[]): void {
  for (const path of unfinished.toReversed()) {
    try {
      if (lstatSync(path).isDirectory()) rmdirSync(path);
      else unlinkSync(path);
    } catch {
      // It was not made, or was taken away or moved to its place; a folder with something in it stays.
    }
  }
}
