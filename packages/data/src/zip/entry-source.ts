import { crc32 } from '../bytes/crc32.js';
import type { OpenFile, ByteSource } from '../bytes/data-file.js';
import { invalid } from '../problems.js';
import type { ZipEntry } from './entries.js';

const pieceBytes = 64 * 1024;

/**
 * The content of an entry, inflated piece by piece as it is asked for. Once it is read, it must have the size and the
 * checksum that the directory promised.
 *
 * @param start - where its bytes begin in the archive
 */
export function entrySource(archive: OpenFile, entry: ZipEntry, start: number, where: string): ByteSource {
  const plain = entry.method === 'stored' ? storedSource : inflatedSource;
  const source = plain(archive, start, entry.compressedBytes, where);
  let count = 0;
  let crc = 0;
  return {
    async read(length) {
      const bytes = await source.read(length);
      count += length;
      crc = crc32(bytes, crc);
      return bytes;
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

function storedSource(archive: OpenFile, start: number, length: number, where: string): ByteSource {
  let position = start;
  return {
    async read(count) {
      if (position + count > start + length) throw tooShort(where, count);
      position += count;
      return archive.read(position - count, count);
    },
    async finish() {
      // The size was compared with the directory when the archive was opened.
    },
    close: () => archive.close(),
  };
}

function inflatedSource(archive: OpenFile, start: number, length: number, where: string): ByteSource {
  const pieces = inflated(archive, start, length);
  let rest: Uint8Array = new Uint8Array(0);
  const next = async (): Promise<Uint8Array | undefined> => {
    const { value } = await pieces.read().catch((error: unknown) => {
      throw invalid(where, { received: 'data that cannot be inflated', remedy: 'Save it again.' }, error);
    });
    return value;
  };
  return {
    async read(count) {
      const bytes = new Uint8Array(count);
      for (let filled = 0; filled < count;) {
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
