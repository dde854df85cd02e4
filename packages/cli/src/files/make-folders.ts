import { mkdir, rmdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

import { LowbitError } from '@lowbit/core';
import { fileError } from '@lowbit/data/node';

import { announceUnfinished } from './unfinished.js';

/**
 * Works in a folder, which is made with all above it where it is not there. Those that were made are taken away again when the work fails
 * and left nothing in them.
 *
 * @throws LowbitError `file-unwritable`, and whatever the work throws.
 */
export async function inFolder<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const made = await makeFolders(folder);
  try {
    return await work();
  } catch (error) {
    for (const path of made.toReversed()) await rmdir(path).catch(() => undefined);
    throw error;
  }
}

/** @returns those that were made, the outermost first. */
async function makeFolders(folder: string): Promise<readonly string[]> {
  const found = await stat(folder).catch(() => undefined);
  if (found?.isDirectory()) return [];
  if (found !== undefined)
    throw new LowbitError({
      code: 'file-unwritable',
      where: folder,
      expected: 'a folder',
      received: 'a file',
    });
  const above = dirname(folder) === folder ? [] : await makeFolders(dirname(folder));
  announceUnfinished(folder);
  await mkdir(folder).catch((error: unknown) => {
    throw fileError(error, folder, 'write');
  });
  return [...above, folder];
}
