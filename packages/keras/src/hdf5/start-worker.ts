import { LowbitError } from '@lowbit/core';
import {
  nodeThreads,
  type Channel,
  type Hdf5Answer,
  type Hdf5Request,
  type NodeThreads,
} from './messages.js';

/** The smallest module of WebAssembly that there is: its mark, and the version of its form. */
const nothing = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

/**
 * Checks that WebAssembly may be compiled here, by which HDF5 files are read: pages can forbid it, and it fails late and twice then.
 *
 * @throws LowbitError `runtime-missing` where it may not.
 */
export async function checkWasm(where: string): Promise<void> {
  try {
    await WebAssembly.compile(nothing);
  } catch (error) {
    const problem = {
      code: 'runtime-missing',
      where,
      expected: 'WebAssembly, by which HDF5 files are read',
      received: error instanceof Error ? error.message : String(error),
      remedy:
        "Read it where WebAssembly may be compiled: a page allows that with 'wasm-unsafe-eval' in the script-src of its Content Security Policy.",
    } as const;
    throw new LowbitError(problem, { cause: error });
  }
}

/** A worker that reads one file. */
export interface Hdf5Worker extends Channel<Hdf5Request, Hdf5Answer> {
  /** Called when it could not be started, or died. */
  failed(handle: (reason: string) => void): void;
  /** Whether the process waits for it. Browsers know no such thing. */
  hold(waits: boolean): void;
  end(): void;
}

/** Starts a worker, or throws or fails where none can be. */
export function startWorker(): Hdf5Worker {
  const threads = nodeThreads();
  return threads === undefined ? browserWorker() : nodeWorker(threads);
}

function nodeWorker(threads: NodeThreads): Hdf5Worker {
  const worker = new threads.Worker(new URL('../worker.js', import.meta.url), { stderr: true, stdout: true });
  return {
    send: (message, transfer) => worker.postMessage(message, transfer),
    receive: (handle) => void worker.on('message', handle),
    failed: (handle) => void worker.on('error', (error: Error) => handle(error.message)),
    hold: (waits) => (waits ? worker.ref() : worker.unref()),
    end: () => void worker.terminate(),
  };
}

function browserWorker(): Hdf5Worker {
  // Bundlers look for exactly this expression.
  const worker = new Worker(new URL('../worker.js', import.meta.url), { type: 'module' });
  return {
    send: (message, transfer) => worker.postMessage(message, [...transfer]),
    receive: (handle) =>
      worker.addEventListener('message', ({ data }: MessageEvent<Hdf5Answer>) => handle(data)),
    // No message comes where the script was not found, or a page forbids workers.
    failed: (handle) =>
      worker.addEventListener('error', ({ message }) => handle(message || 'its script could not be loaded')),
    hold: () => undefined,
    end: () => worker.terminate(),
  };
}
