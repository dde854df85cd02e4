import { realpath, stat } from 'node:fs/promises';
import { basename } from 'node:path';

import { LowbitError } from '@lowbit/core';
import { fileError } from './file-error.js';
import { diskFile, type DiskFile } from './disk-file.js';

/** What a path that the user named leads to. */
export interface FoundPath {
  readonly kind: 'file' | 'folder';
  readonly file: DiskFile;
}

/**
 * Looks up a path; a link that the user named is followed.
 *
 * @throws LowbitError `file-missing` or `file-unreadable`.
 */
export async function findPath(path: string): Promise<FoundPath> {
  try {
    const real = await realpath(path);
    const found = await stat(real);
    const file = diskFile({ where: path, path: real, name: basename(path) });
    if (found.isDirectory()) return { kind: 'folder', file };
    if (found.isFile()) return { kind: 'file', file };
  } catch (error) {
    throw fileError(error, path, 'read');
  }
  throw new LowbitError({
    code: 'file-unreadable',
    where: path,
    expected: 'a file or a folder',
    received: 'a device, pipe or socket',
    remedy: 'Give the path of a regular file, or of a folder, that you may read.',
  });
}
