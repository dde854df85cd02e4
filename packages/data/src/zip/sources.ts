import type { FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createInflateRaw } from 'node:zlib';

import type { ByteSource } from '../files/byte-source.js';
import { readAt } from '../files/read-at.js';
import { invalid } from '../invalid.js';

/** The bytes of an entry that is not compressed. */
export function storedSource(handle: FileHandle, start: number, length: number, where: string): ByteSource {
  let position = start;
  return {
    async read(count) {
      if (position + count > start + length) throw tooShort(where, count);
      position += count;
      return readAt(handle, position - count, count, where);
    },
    async finish() {
      // The size was compared with the directory when the archive was opened.
    },
    close: () => handle.close(),
  };
}

/** The bytes of a deflated entry, inflated piece by piece as they are asked for. */
export function inflatedSource(handle: FileHandle, start: number, length: number, where: string): ByteSource {
  const compressed = handle.createReadStream({ start, end: start + length - 1, autoClose: false });
  const inflate = createInflateRaw();
  // A failure reaches the reader through `inflate`, which the pipeline destroys with it.
  pipeline(compressed, inflate, () => undefined);
  const pieces: AsyncIterator<Uint8Array> = inflate[Symbol.asyncIterator]();
  let rest: Uint8Array = new Uint8Array(0);
  const next = async (): Promise<Uint8Array | undefined> => {
    const { done, value } = await pieces.next().catch((error: unknown) => {
      throw invalid(where, { received: 'data that cannot be inflated', remedy: 'Save it again.' }, error);
    });
    return done === true ? undefined : value;
  };
  return {
    async read(count) {
      const bytes = new Uint8Array(count);
      let filled = 0;
      while (filled < count) {
        if (rest.length === 0) rest = (await next()) ?? noMore(where, count);
        const part = rest.subarray(0, count - filled);
        bytes.set(part, filled);
        filled += part.length;
        rest = rest.subarray(part.length);
      }
      return bytes;
    },
    async finish() {
      if (rest.length > 0 || (await next()) !== undefined) {
        throw invalid(where, { received: 'more data than the directory of the archive says' });
      }
    },
    async close() {
      compressed.destroy();
      inflate.destroy();
      await handle.close();
    },
  };
}

function noMore(where: string, count: number): never {
  throw tooShort(where, count);
}

function tooShort(where: string, count: number): Error {
  return invalid(where, { expected: `${count} more bytes`, received: 'the end of the entry' });
}
