import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';

import { LowbitError } from '@lowbit/core';

import { fileError } from '../node/file-error.js';
import type { FileReference } from './file-reference.js';

/** Never follows a link that took the file's place, and never waits for the writer of a pipe. */
const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/**
 * Opens a regular file.
 *
 * @throws LowbitError `file-missing` or `file-unreadable`.
 */
export async function openRegular(
  file: FileReference,
): Promise<{ readonly handle: FileHandle; readonly size: number }> {
  const handle = await open(file.path, flags).catch((error: unknown) => {
    throw fileError(error, file.where, 'read');
  });
  const found = await handle.stat();
  if (found.isFile()) return { handle, size: found.size };
  await handle.close();
  const received = found.isDirectory() ? 'a folder' : 'a device, pipe or socket';
  throw new LowbitError({
    code: 'file-unreadable',
    where: file.where,
    expected: 'a regular file',
    received,
  });
}
