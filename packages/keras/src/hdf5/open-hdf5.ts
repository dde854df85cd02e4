import { LowbitError, type CancelSignal } from '@lowbit/core';
import { stopIfAborted } from '@lowbit/core/adapter';
import { empty, malformed } from '../errors.js';
import { allBytes, fillFrom, type NamedBlob } from '../file.js';
import type { Hdf5Contents } from './contents.js';
import { memoryBytes, partMemory, sharedFile, supply, type FilePart, type SharedFile } from './file-bytes.js';
import type { Hdf5Answer, Hdf5Request } from './messages.js';
import { checkWasm, startWorker, type Hdf5Worker } from './start-worker.js';

/** An HDF5 file whose contents are known, and whose data sets are read when they are asked for. */
export interface Hdf5File {
  readonly contents: Hdf5Contents;
  /** Why it is read in place, where no worker could be started: then nothing stops a file that never ends. */
  readonly inPlace?: string;
  /** The elements of a data set, row-major and little-endian, at the start of their own memory, or of that which is given where it is large enough: it is detached. */
  read(path: string, memory?: ArrayBuffer): Promise<Uint8Array>;
  /** Ends the worker. One that is forgotten is ended when the file is collected as garbage. */
  close(): void;
}

export interface Hdf5Options {
  /** Most milliseconds for opening, and for reading each data set. */
  readonly timeLimit: number;
  readonly signal?: CancelSignal | undefined;
}

/**
 * Opens an HDF5 file in a worker of its own. Where threads can share memory, which is everywhere but on pages that are not isolated from others,
 * the worker reads the parts that it needs when it needs them; elsewhere all of the file goes to it.
 *
 * @throws LowbitError `model-malformed` for a damaged file, or one that takes longer than allowed; `file-unreadable`, `model-empty`,
 *   `model-too-large`, `aborted`; `runtime-missing` where WebAssembly may not be compiled.
 */
export async function openHdf5(file: NamedBlob, options: Hdf5Options): Promise<Hdf5File> {
  stopIfAborted(options.signal, file.name);
  if (file.size === 0) throw empty(file.name);
  await checkWasm(file.name);
  const started = await conversation(file, options);
  const opened =
    'unable' in started
      ? await inPlace(file, started.unable, options)
      : await inWorker(file, started, options);
  if ('end' in started) endLater.register(opened, started.end);
  return opened;
}

/** Most milliseconds for the start of a worker, which has nothing of the file yet; after that none can be had. */
const startLimit = 60_000;

const endLater = new FinalizationRegistry<() => void>((end) => end());

async function inWorker(
  file: NamedBlob,
  { shared, ask, end }: Conversation,
  { signal }: Hdf5Options,
): Promise<Hdf5File> {
  const opens = async () => {
    if (shared !== undefined) return ask({ open: shared }, []);
    const bytes = await allBytes(file, signal);
    return ask({ open: bytes }, [bytes.buffer]);
  };
  const answer = await opens().catch((error: unknown) => {
    end();
    throw error;
  });
  if (!('contents' in answer)) throw new Error('a worker that opens answers with contents');
  return {
    contents: answer.contents,
    close: end,
    async read(path, memory) {
      const values = await (memory === undefined
        ? ask({ read: path }, [])
        : ask({ read: path, memory }, [memory]));
      if (!('values' in values)) throw new Error('a worker that reads answers with values');
      return values.values;
    },
  };
}

async function inPlace(file: NamedBlob, reason: string, { signal }: Hdf5Options): Promise<Hdf5File> {
  const { readHdf5 } = await import('./read-hdf5.js');
  const reader = await readHdf5(memoryBytes(await allBytes(file, signal))).catch((error: unknown) => {
    throw unreadable(file.name, (error as Error).message, error);
  });
  return {
    contents: reader.contents,
    inPlace: reason,
    close: () => reader.close(),
    async read(path, memory) {
      try {
        return reader.read(path, memory);
      } catch (error) {
        throw unreadable(file.name, (error as Error).message, error);
      }
    },
  };
}

interface Conversation {
  /** Through which the worker gets the parts of the file that it asks for. */
  readonly shared: SharedFile | undefined;
  ask(request: Hdf5Request, transfer: readonly ArrayBuffer[]): Promise<Hdf5Answer>;
  end(): void;
}

/** A worker that runs, or why there can be none. */
async function conversation(
  file: NamedBlob,
  options: Hdf5Options,
): Promise<Conversation | { readonly unable: string }> {
  let worker: Hdf5Worker;
  try {
    worker = startWorker();
  } catch (error) {
    return { unable: (error as Error).message };
  }
  const shared = sharedFile(file.size);
  const supplyPart = async ({ at, count }: FilePart) => {
    await fillFrom(file, at, partMemory(shared!, count));
    supply(shared!);
  };
  const waiting = new Waiting(worker, file.name, options, supplyPart);
  try {
    await waiting.next(startLimit);
  } catch (error) {
    worker.end();
    stopIfAborted(options.signal, file.name);
    return { unable: waiting.ended ?? (error as Error).message };
  }
  let last: Promise<unknown> = Promise.resolve();
  const ask = (request: Hdf5Request, transfer: readonly ArrayBuffer[]) => {
    const answer = last.then(() => {
      worker.send(request, transfer);
      return waiting.next();
    });
    last = answer.catch(() => undefined);
    return answer;
  };
  return { shared, ask, end: () => waiting.end('it was closed') };
}

/** Waits for the next message of a worker, and ends one that takes too long. */
class Waiting {
  #settle: ((outcome: Hdf5Answer | Error) => void) | undefined;
  #ended: string | undefined;

  constructor(
    private readonly worker: Hdf5Worker,
    private readonly where: string,
    private readonly options: Hdf5Options,
    private readonly supplyPart: (part: FilePart) => Promise<void>,
  ) {
    worker.receive((message) => {
      if ('needs' in message) void this.#supply(message.needs);
      else this.#settle?.(message);
    });
    worker.failed((reason) => this.end(reason));
  }

  /** Why nothing comes any more. */
  get ended(): string | undefined {
    return this.#ended;
  }

  /** A worker stands still until it has what it needs. */
  async #supply(part: FilePart): Promise<void> {
    try {
      await this.supplyPart(part);
    } catch (error) {
      this.end('the file could not be read', error as Error);
    }
  }

  end(reason: string, error: Error = unreadable(this.where, reason)): void {
    this.#ended ??= reason;
    this.worker.end();
    this.#settle?.(error);
  }

  #abort(): LowbitError {
    const cause = this.options.signal?.reason;
    const error = new LowbitError({ code: 'aborted', where: this.where }, { cause });
    this.end('it was cancelled', error);
    return error;
  }

  next(timeLimit = this.options.timeLimit): Promise<Hdf5Answer> {
    if (this.#ended !== undefined) return Promise.reject(unreadable(this.where, this.#ended));
    // One that is no AbortSignal tells nothing by itself, and is looked at when the answer has come.
    const signal = this.options.signal as Partial<AbortSignal> | undefined;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => this.end(`it was not read within ${timeLimit / 1000} seconds`),
        timeLimit,
      );
      const abort = () => this.#abort();
      signal?.addEventListener?.('abort', abort);
      this.worker.hold(true);
      this.#settle = (outcome) => {
        clearTimeout(timer);
        signal?.removeEventListener?.('abort', abort);
        this.worker.hold(false);
        this.#settle = undefined;
        if (outcome instanceof Error) reject(outcome);
        else if (signal?.aborted) reject(this.#abort());
        else if ('failed' in outcome) reject(unreadable(this.where, outcome.failed));
        else resolve(outcome);
      };
    });
  }
}

function unreadable(where: string, reason: string, cause?: unknown): LowbitError {
  return malformed(where, 'an HDF5 file of Keras', reason, 'Save or copy the file again.', cause);
}
