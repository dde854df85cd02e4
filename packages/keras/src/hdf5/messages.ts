import type { Hdf5Contents } from './contents.js';
import type { FilePart, SharedFile } from './file-bytes.js';

/** What is asked of a worker, one thing at a time: to open a file, and then to read from it. */
export type Hdf5Request =
  | { readonly open: Uint8Array | SharedFile }
  | {
      readonly read: string;
      /** Memory for the values, where it is large enough. */
      readonly memory?: ArrayBuffer;
    };

export type Hdf5Answer =
  /** The first message of a worker that runs. */
  | { readonly started: true }
  | { readonly contents: Hdf5Contents }
  | { readonly values: Uint8Array }
  /** Part of the file that is needed for an answer, which comes later. */
  | { readonly needs: FilePart }
  | { readonly failed: string };

/** One end of a channel, in Node or in a browser. */
export interface Channel<Sent, Received> {
  send(message: Sent, transfer: readonly ArrayBuffer[]): void;
  receive(handle: (message: Received) => void): void;
}

/** What is used of Node's module for threads. */
export interface NodeThreads {
  /** The other end of the channel, inside a worker. */
  readonly parentPort: NodePort | null;
  readonly Worker: new (file: URL, options: { readonly stdout: true; readonly stderr: true }) => NodeWorker;
}

interface NodePort {
  postMessage(message: unknown, transfer: readonly ArrayBuffer[]): void;
  on(event: 'message', handle: (message: never) => void): void;
}

interface NodeWorker extends Omit<NodePort, 'on'> {
  on(event: 'message' | 'error', handle: (value: never) => void): void;
  ref(): void;
  unref(): void;
  terminate(): Promise<unknown>;
}

/** Node's module for threads, where this runs in Node. Bundlers for browsers find no import of it. */
export function nodeThreads(): NodeThreads | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
  return process?.getBuiltinModule?.('node:worker_threads') as NodeThreads | undefined;
}
