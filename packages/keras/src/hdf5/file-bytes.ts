/** A file of which any part is there at once, without waiting for a promise: what the HDF5 library reads from. */
export interface FileBytes {
  readonly size: number;
  /** Fills `into` with the bytes from `at` on, all of which the file has. */
  read(into: Uint8Array, at: number): void;
}

/** A file in memory. */
export function memoryBytes(bytes: Uint8Array): FileBytes {
  return { size: bytes.length, read: (into, at) => into.set(bytes.subarray(at, at + into.length)) };
}

/** A file that lies on the other side of a channel, and the memory through which parts of it come. */
export interface SharedFile {
  readonly size: number;
  /** The state, in 4 bytes, and then a part. */
  readonly memory: SharedArrayBuffer;
}

/** A part of a file. */
export interface FilePart {
  readonly at: number;
  readonly count: number;
}

const [waiting, ready] = [0, 1];
const stateBytes = Int32Array.BYTES_PER_ELEMENT;

/** Bytes of the largest part that is asked for. */
const partBytes = 2 ** 21;

/** Tables of contents are read in many small pieces that lie close together; these many bytes around each are kept, for the last so many places. */
const [pageBytes, mostPages] = [2 ** 16, 64];

/** Memory that another thread can read while it waits; undefined in browsers on pages that are not isolated from others. */
export function sharedFile(size: number): SharedFile | undefined {
  if (typeof SharedArrayBuffer === 'undefined') return undefined;
  return { size, memory: new SharedArrayBuffer(stateBytes + partBytes) };
}

/** Where a part that was asked for has to be written. */
export function partMemory({ memory }: SharedFile, count: number): Uint8Array {
  return new Uint8Array(memory, stateBytes, count);
}

/** Hands over a part that was asked for and is written. */
export function supply({ memory }: SharedFile): void {
  const state = new Int32Array(memory, 0, 1);
  Atomics.store(state, 0, ready);
  Atomics.notify(state, 0);
}

/**
 * A file whose parts another thread supplies. This one stands still until it has.
 *
 * @param ask Sends for a part.
 */
export function suppliedBytes({ size, memory }: SharedFile, ask: (part: FilePart) => void): FileBytes {
  const state = new Int32Array(memory, 0, 1);
  const pages = new Map<number, Uint8Array>();

  /** A view, until the next part comes. */
  const fetchPart = (at: number, count: number): Uint8Array => {
    Atomics.store(state, 0, waiting);
    ask({ at, count });
    // What wakes it may be the notification of the part before, whose state was seen before that came; then nothing is there yet.
    while (Atomics.load(state, 0) === waiting) Atomics.wait(state, 0, waiting);
    return new Uint8Array(memory, stateBytes, count);
  };

  const pageAt = (start: number): Uint8Array => {
    const page = pages.get(start) ?? fetchPart(start, Math.min(pageBytes, size - start)).slice();
    // The one that was read last stands last, and the first one goes.
    pages.delete(start);
    pages.set(start, page);
    if (pages.size > mostPages) pages.delete(pages.keys().next().value!);
    return page;
  };

  const next = (at: number, count: number): Uint8Array => {
    if (count >= pageBytes) return fetchPart(at, Math.min(count, partBytes));
    const start = at - (at % pageBytes);
    return pageAt(start).subarray(at - start, at - start + count);
  };

  return {
    size,
    read(into, at) {
      for (let done = 0; done < into.length;) {
        const part = next(at + done, into.length - done);
        into.set(part, done);
        done += part.length;
      }
    },
  };
}
