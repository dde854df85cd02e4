import { Worker } from 'node:worker_threads';
import { LowbitError } from '@lowbit/core';
import type { JobResult, Task } from '../job.js';
import { type Json, sortedJson } from '../json.js';
import type { SentError, ThreadMessage, ThreadStart } from './messages.js';
import { receivedError } from './sent-error.js';

/** A thread could not open the model and its data; `cause` says why. */
export class OpeningError extends Error {}

/** A thread with a model of its own, which runs one job at a time. It opens the model with the first. */
export class JobThread {
  readonly #worker: Worker;
  readonly #identity: Json | undefined;
  #isOpen = false;
  #ended: { readonly failed: SentError } | undefined;
  #take: (message: ThreadMessage) => void = () => {};

  /** @param identity What the opened model has to tell; `undefined` for any. */
  constructor(start: ThreadStart, identity: Json | undefined) {
    this.#identity = identity;
    this.#worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: start });
    this.#worker.on('message', (message: ThreadMessage) => this.#take(message));
    const ended = (message: string) => {
      this.#ended ??= { failed: { message } };
      this.#take(this.#ended);
    };
    this.#worker.on('error', (error) => ended(`its thread ended: ${error.message}`));
    this.#worker.on('exit', (code) =>
      ended(`its thread ended with the code ${code} before the job was done`),
    );
  }

  /** @throws OpeningError; what the job throws; an error that says that the thread has ended. */
  async run(task: Task): Promise<JobResult> {
    if (!this.#isOpen) this.#checkOpened(await this.#next());
    this.#isOpen = true;
    const answer = this.#next();
    this.#worker.postMessage({ task });
    const message = await answer;
    if ('result' in message) return message.result;
    throw errorOf(message);
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #checkOpened(message: ThreadMessage): void {
    if (!('opened' in message)) throw new OpeningError('not opened', { cause: errorOf(message) });
    if (this.#identity === undefined || sortedJson(message.opened) === sortedJson(this.#identity)) return;
    throw new OpeningError('another model', { cause: otherModel(this.#identity, message.opened) });
  }

  #next(): Promise<ThreadMessage> {
    return this.#ended === undefined
      ? new Promise((resolve) => (this.#take = resolve))
      : Promise.resolve(this.#ended);
  }
}

function errorOf(message: ThreadMessage): Error {
  return 'failed' in message ? receivedError(message.failed) : new Error('a thread sent something else');
}

function otherModel(wanted: Json, found: Json): LowbitError {
  const names = [...new Set([wanted, found].flatMap((one) => Object.keys(Object(one) as object)))];
  const of = (one: Json, name: string) => sortedJson((Object(one) as Record<string, unknown>)[name] ?? null);
  const differing = names.filter((name) => of(wanted, name) !== of(found, name));
  const told = differing.map((name) => `${name}: ${of(found, name)} in place of ${of(wanted, name)}`);
  return new LowbitError({
    code: 'plan-mismatch',
    where: 'jobs',
    expected: 'the model, data, options and versions that the jobs are for',
    received: told.join('; ') || 'others',
    remedy:
      'Give every worker the same files and the same versions, and leave them as they are while work goes on.',
  });
}
