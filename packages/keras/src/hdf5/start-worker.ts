import {
  nodeThreads,
  type Channel,
  type Hdf5Answer,
  type Hdf5Request,
  type NodeThreads,
} from './messages.js';

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
