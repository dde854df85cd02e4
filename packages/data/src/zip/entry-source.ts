import { crc32 } from '../bytes/crc32.js';
import type { OpenFile, ByteSource } from '../bytes/data-file.js';
import { invalid } from '../problems.js';
import type { ZipEntry } from './entries.js';

const pieceBytes = 64 * 1024;

/** Most bytes that are gone through at once. */
const skippedBytes = 2 ** 20;

/** The content of an entry. */
export interface EntrySource extends ByteSource {
  /** Goes through as many bytes without giving them: they count, and their checksum does. */
  skip(length: number): Promise<void>;
}

/** What is behind it, before sizes and checksums are compared. */
interface RawSource extends ByteSource {
  /** Bytes that last until more are asked for. */
  lend(length: number): Promise<Uint8Array>;
}

/**
 * The content of an entry, inflated piece by piece as it is asked for. Once it is read, it must have the size and the
 * checksum that the directory promised.
 *
 * @param start - where its bytes begin in the archive
 */
export function entrySource(archive: OpenFile, entry: ZipEntry, start: number, where: string): EntrySource {
  const plain = entry.method === 'stored' ? storedSource : inflatedSource;
  const source = plain(archive, start, entry.compressedBytes, where);
  let count = 0;
  let crc = 0;
  const counted = (bytes: Uint8Array) => {
    count += bytes.length;
    crc = crc32(bytes, crc);
    return bytes;
  };
  return {
    read: async (length) => counted(await source.read(length)),
    async skip(length) {
      for (let left = length; left > 0; left -= skippedBytes)
        counted(await source.lend(Math.min(left, skippedBytes)));
    },
    async finish() {
      await source.finish();
      if (count === entry.bytes && crc === entry.crc) return;
      throw invalid(where, {
        expected: `${entry.bytes} bytes with the checksum ${entry.crc.toString(16)}`,
        received: `${count} bytes with the checksum ${crc.toString(16)}`,
        remedy: 'The archive is damaged; make or copy it again.',
      });
    },
    close: () => source.close(),
  };
}

function storedSource(archive: OpenFile, start: number, length: number, where: string): RawSource {
  let position = start;
  let memory = new Uint8Array(0);
  const take = (count: number) => {
    if (position + count > start + length) throw tooShort(where, count);
    position += count;
    return position - count;
  };
  return {
    read: async (count) => archive.read(take(count), count),
    async lend(count) {
      const from = take(count);
      if (archive.fill === undefined) return archive.read(from, count);
      if (memory.length < count) memory = new Uint8Array(count);
      const bytes = memory.subarray(0, count);
      await archive.fill(bytes, from);
      return bytes;
    },
    async finish() {
      // The size was compared with the directory when the archive was opened.
    },
    close: () => archive.close(),
  };
}

function inflatedSource(archive: OpenFile, start: number, length: number, where: string): RawSource {
  const pieces = inflated(archive, start, length);
  let rest: Uint8Array = new Uint8Array(0);
  const next = async (): Promise<Uint8Array | undefined> => {
    const { value } = await pieces.read().catch((error: unknown) => {
      throw invalid(where, { received: 'data that cannot be inflated', remedy: 'Save it again.' }, error);
    });
    return value;
  };
  const read = async (count: number) => {
    const bytes = new Uint8Array(count);
    for (let filled = 0; filled < count;) {
      if (rest.length === 0) rest = (await next()) ?? noMore(where, count);
      const part = rest.subarray(0, count - filled);
      bytes.set(part, filled);
      filled += part.length;
      rest = rest.subarray(part.length);
    }
    return bytes;
  };
  return {
    read,
    lend: read,
    async finish() {
      if (rest.length > 0 || (await next()) !== undefined) {
        throw invalid(where, { received: 'more data than the directory of the archive says' });
      }
    },
    async close() {
      await pieces.cancel().catch(() => undefined);
      await archive.close();
    },
  };
}

function inflated(
  archive: OpenFile,
  start: number,
  length: number,
): ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> {
  let at = start;
  const compressed = new ReadableStream<BufferSource>({
    async pull(controller) {
      const count = Math.min(pieceBytes, start + length - at);
      if (count === 0) return controller.close();
      at += count;
      controller.enqueue((await archive.read(at - count, count)) as BufferSource);
    },
  });
  return compressed.pipeThrough(new DecompressionStream('deflate-raw')).getReader();
}

function noMore(where: string, count: number): never {
  throw tooShort(where, count);
}

function tooShort(where: string, count: number): Error {
  return invalid(where, { expected: `${count} more bytes`, received: 'the end of the entry' });
}
