import { closeSync, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';

import { isLowbitError, LowbitError } from '@lowbit/core';
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
 * @throws LowbitError `file-missing`, `file-unreadable`, `aborted`; so does reading a part, also of a file that was written or replaced since.
 */
export async function partReader(path: string, signal?: AbortSignal): Promise<FillingReader> {
  const found = await stat(path).catch((error: unknown) => {
    throw fileError(error, path, 'read');
  });
  checkRegular(found, path);
  const file = { path, found, signal };
  return {
    size: found.size,
    read: (offset, length) => opened(file, (handle) => readPart(handle, offset, length, signal)),
    fill: (into, offset) => fillPart(file, into, offset),
  };
}

interface FoundFile {
  readonly path: string;
  /** What it was when it was found. */
  readonly found: Stats;
  readonly signal: AbortSignal | undefined;
}

/** Parts of two files, or of what was written in between, are no file. */
function checkSame(now: Stats, { path, found }: FoundFile): void {
  if ((['dev', 'ino', 'size', 'mtimeMs'] as const).every((each) => now[each] === found[each])) return;
  throw new LowbitError({
    code: 'file-unreadable',
    where: path,
    expected: 'the file that was opened, unchanged until all of it was read',
    received: 'one that was written or replaced since',
    remedy: 'Wait until whatever writes it has ended, or copy it, and start again.',
  });
}

function asFileError(error: unknown, path: string): LowbitError {
  return isLowbitError(error) ? error : fileError(error, path, 'read');
}

function fillPart(found: FoundFile, into: Uint8Array, offset: number): number {
  const { path, signal } = found;
  let file: number | undefined;
  try {
    signal?.throwIfAborted();
    file = openSync(path, 'r');
    checkSame(fstatSync(file), found);
    let at = 0;
    while (at < into.length) {
      const count = readSync(file, into, at, Math.min(into.length - at, mostAtOnce), offset + at);
      if (count === 0) break;
      at += count;
    }
    return at;
  } catch (error) {
    throw asFileError(error, path);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

async function opened<T>(found: FoundFile, use: (file: FileHandle) => Promise<T>): Promise<T> {
  const { path, signal } = found;
  let file: FileHandle | undefined;
  try {
    signal?.throwIfAborted();
    file = await open(path);
    checkSame(await file.stat(), found);
    return await use(file);
  } catch (error) {
    throw asFileError(error, path);
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
