import { randomBytes } from 'node:crypto';
import { open, realpath, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { stopIfAborted } from '@lowbit/core/adapter';
import { fileError } from '@lowbit/data/node';

import { checkTarget } from './check-outputs.js';
import { announceUnfinished } from './unfinished.js';

export interface OutputFile {
  readonly path: string;
  /** What it holds, or how that is made: when it is written, so that not all files are in memory at once. */
  readonly data: FileContent | (() => Promise<FileContent>);
}

type FileContent = Uint8Array | string;

interface StagedFile {
  readonly temporary: string;
  readonly path: string;
}

/**
 * Writes files so that nobody ever sees a part of one: each is written under a temporary name in its folder,
 * and only when all are complete they are renamed. When anything fails or `signal` aborts, none is left.
 *
 * @throws LowbitError `file-exists`, `file-unwritable` or `aborted`.
 */
export async function writeOutputs(
  files: readonly OutputFile[],
  { force, signal }: { readonly force: boolean; readonly signal: AbortSignal },
): Promise<void> {
  const staged: StagedFile[] = [];
  try {
    for (const file of files) {
      const place = await stagedFile(file.path);
      staged.push(place);
      const { data } = file;
      await writeTemporary(place, typeof data === 'function' ? await data() : data, signal);
    }
    for (const { path } of staged) await checkTarget(path, force);
    stopIfAborted(signal, 'writing');
    for (const file of staged) await moveInPlace(file);
  } finally {
    for (const { temporary } of staged) await rm(temporary, { force: true });
  }
}

/** A link is followed, so that the file it points to is replaced and not the link. */
async function stagedFile(path: string): Promise<StagedFile> {
  const target = await realpath(path).catch(() => path);
  const name = `.${basename(target)}.${randomBytes(6).toString('hex')}.tmp`;
  return { temporary: join(dirname(target), name), path: target };
}

async function writeTemporary(
  { temporary, path }: StagedFile,
  data: FileContent,
  signal: AbortSignal,
): Promise<void> {
  announceUnfinished(temporary);
  try {
    const handle = await open(temporary, 'wx');
    try {
      await handle.writeFile(data, { signal });
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw fileError(error, path, 'write');
  }
}

async function moveInPlace({ temporary, path }: StagedFile): Promise<void> {
  try {
    await rename(temporary, path);
  } catch (error) {
    throw fileError(error, path, 'write');
  }
}
