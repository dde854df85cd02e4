import { randomBytes } from 'node:crypto';
import { type FileHandle, open, realpath, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { stopIfAborted } from '@lowbit/core/adapter';
import { fileError } from '@lowbit/data/node';

import type { Output } from '../io.js';
import { checkTarget } from './check-outputs.js';
import { standardStream } from './standard-streams.js';
import { announceUnfinished } from './unfinished.js';

export interface OutputFile {
  readonly path: string;
  /**
   * What it holds, or how that is made: when it is written, so that not all files are in memory at once; `undefined` where there is none.
   * Pieces that are waited for last until the next one.
   */
  readonly data: FileContent | (() => Promise<FileContent | undefined>) | (() => AsyncIterable<Uint8Array>);
}

/** Also in pieces, one after the other. */
type FileContent = Uint8Array | string | readonly Uint8Array[];

const piecesOf = (
  content: FileContent | AsyncIterable<Uint8Array>,
): Iterable<Uint8Array | string> | AsyncIterable<Uint8Array> =>
  typeof content === 'string' || content instanceof Uint8Array ? [content] : content;

/** Bytes that are written at once, between two looks at the signal. */
const mostAtOnce = 2 ** 22;

interface StagedFile {
  readonly temporary: string;
  readonly path: string;
}

export interface WriteOptions {
  readonly force: boolean;
  readonly signal: AbortSignal;
  /** Takes what has {@link standardStream} for a path. */
  readonly stdout?: Output;
}

/**
 * Writes files so that nobody ever sees a part of one: each is written under a temporary name in its folder,
 * and only when all are complete they are renamed. When anything fails or `signal` aborts, none is left.
 *
 * @throws LowbitError `file-exists`, `file-unwritable` or `aborted`.
 */
export async function writeOutputs(
  files: readonly OutputFile[],
  { force, signal, stdout }: WriteOptions,
): Promise<void> {
  const staged: StagedFile[] = [];
  try {
    const streamed: (Uint8Array | string)[] = [];
    for (const { path, data } of files) {
      const content = typeof data === 'function' ? await data() : data;
      if (content === undefined) continue;
      const pieces = piecesOf(content);
      if (path === standardStream)
        for await (const piece of pieces)
          streamed.push(Symbol.asyncIterator in pieces ? piece.slice() : piece);
      else {
        const place = await stagedFile(path);
        staged.push(place);
        await writeTemporary(place, pieces, signal);
      }
    }
    for (const { path } of staged) await checkTarget(path, force);
    stopIfAborted(signal, 'writing');
    for (const file of staged) await moveInPlace(file);
    for (const piece of streamed) stdout?.write(piece);
  } finally {
    for (const { temporary } of staged) await rm(temporary, { force: true });
  }
}

/**
 * A link is followed, so that the file it points to is replaced and not the link. The temporary name is short, since that of the file may
 * be as long as the file system takes.
 */
async function stagedFile(path: string): Promise<StagedFile> {
  const target = await realpath(path).catch(() => path);
  const name = `.lowbit.${randomBytes(6).toString('hex')}.tmp`;
  return { temporary: join(dirname(target), name), path: target };
}

async function writeTemporary(
  { temporary, path }: StagedFile,
  pieces: ReturnType<typeof piecesOf>,
  signal: AbortSignal,
): Promise<void> {
  announceUnfinished(temporary);
  try {
    const handle = await open(temporary, 'wx');
    try {
      // Each goes on where the one before ended.
      for await (const piece of pieces)
        await writeAll(handle, typeof piece === 'string' ? Buffer.from(piece) : piece, signal);
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    // What makes the pieces tells by itself what is wrong.
    throw (error as NodeJS.ErrnoException).syscall === undefined ? error : fileError(error, path, 'write');
  }
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    stopIfAborted(signal, 'writing');
    const { bytesWritten } = await handle.write(bytes, at, Math.min(bytes.length - at, mostAtOnce));
    at += bytesWritten;
  }
}

async function moveInPlace({ temporary, path }: StagedFile): Promise<void> {
  try {
    await rename(temporary, path);
  } catch (error) {
    throw fileError(error, path, 'write');
  }
}
