import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

import { LowbitError } from '@lowbit/core';
import { fileError } from '@lowbit/data/node';
import type { FolderWriter } from '@lowbit/transformers';

import { announceUnfinished } from '../files/unfinished.js';

/** Where files come from and go to. */
interface StagedFolder<T> {
  readonly from: string;
  readonly to: string;
  readonly force: boolean;
  /** Whether what was done is worth a folder; else nothing is left, and a folder that is there stays. */
  isKept(done: T): boolean;
}

/**
 * Has a folder written under a temporary name beside it, and gives it its own only when all is there.
 *
 * @throws LowbitError `file-exists`, `file-unwritable`, and whatever the work throws, after which nothing is left.
 */
export async function inStagedFolder<T>(
  { from, to, force, isKept }: StagedFolder<T>,
  work: (writer: FolderWriter) => Promise<T>,
): Promise<T> {
  await checkFree(to, force);
  const name = `.lowbit.${randomBytes(6).toString('hex')}.tmp`;
  const temporary = join(dirname(resolve(to)), name);
  announceUnfinished(temporary);
  try {
    await writing(to, () => mkdir(temporary));
    const done = await work(writerOf(from, temporary));
    if (!isKept(done)) return done;
    await checkFree(to, force);
    await writing(to, () => rm(to, { recursive: true, force: true }));
    await writing(to, () => rename(temporary, to));
    return done;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

function writerOf(from: string, temporary: string): FolderWriter {
  const placed = async (path: string) => {
    const place = join(temporary, path);
    await mkdir(dirname(place), { recursive: true });
    return place;
  };
  return {
    write: (path, data) => writing(path, async () => writeFile(await placed(path), data)),
    copy: (source, path) => writing(path, async () => copyFile(join(from, source), await placed(path))),
    remove: (path) => rm(join(temporary, path), { force: true }),
  };
}

async function writing(path: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw fileError(error, path, 'write');
  }
}

/** An empty folder is free. */
async function checkFree(path: string, force: boolean): Promise<void> {
  const found: readonly string[] = await readdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw fileError(error, path, 'write');
  });
  const isOurs = found.length === 0 || (force && found.includes('config.json'));
  if (isOurs) return;
  throw new LowbitError({
    code: 'file-exists',
    where: path,
    expected: `no folder ${basename(path)} with files`,
    received: `${found.length} files`,
    remedy: found.includes('config.json')
      ? 'Give --force to replace it.'
      : 'Give another one: it is no folder of a model.',
  });
}
