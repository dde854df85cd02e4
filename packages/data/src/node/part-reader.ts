import { closeSync, openSync, readSync } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';

import { checkRegular, fileError } from './file-error.js';

/** A file of which parts are read. */
export interface PartReader {
  /** Its bytes. */
  readonly size: number;
  /** What is there of a part; less where the file ends before. */
  read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** One whose parts are also read into memory that is there. */
export interface FillingReader extends PartReader {
  /** Writes what is there from `offset` on into memory, at most all of it, and tells how many bytes it was. Waits for no other work of the process. */
  fill(into: Uint8Array, offset: number): number;
}

/** More than this in one call some systems refuse. */
const mostAtOnce = 2 ** 30;

/**
 * A file of which parts are read; each opens it and closes it again. Its size may be beyond that of a model.
 *
 * @throws LowbitError `file-missing`, `file-unreadable`, `aborted`; so does reading a part.
 */
export async function partReader(path: string, signal?: AbortSignal): Promise<FillingReader> {
  const found = await stat(path).catch((error: unknown) => {
    throw fileError(error, path, 'read');
  });
  checkRegular(found, path);
  const { size } = found;
  return {
    size,
    read: (offset, length) => opened(path, signal, (file) => readPart(file, offset, length, signal)),
    fill: (into, offset) => fillPart(path, into, offset, signal),
  };
}

function fillPart(path: string, into: Uint8Array, offset: number, signal: AbortSignal | undefined): number {
  let file: number | undefined;
  try {
    signal?.throwIfAborted();
    file = openSync(path, 'r');
    let at = 0;
    while (at < into.length) {
      const count = readSync(file, into, at, Math.min(into.length - at, mostAtOnce), offset + at);
      if (count === 0) break;
      at += count;
    }
    return at;
  } catch (error) {
    throw fileError(error, path, 'read');
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

async function opened<T>(
  path: string,
  signal: AbortSignal | undefined,
  use: (file: FileHandle) => Promise<T>,
): Promise<T> {
  let file: FileHandle | undefined;
  try {
    signal?.throwIfAborted();
    file = await open(path);
    return await use(file);
  } catch (error) {
    throw fileError(error, path, 'read');
  } finally {
    await file?.close();
  }
}

async function readPart(
  file: FileHandle,
  offset: number,
  length: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  let at = 0;
  while (at < length) {
    signal?.throwIfAborted();
    const { bytesRead } = await file.read(bytes, at, Math.min(length - at, mostAtOnce), offset + at);
    if (bytesRead === 0) return bytes.subarray(0, at);
    at += bytesRead;
  }
  return bytes;
}
