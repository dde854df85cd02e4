import { checkArgument } from '@lowbit/core/adapter';
import { writeFile } from 'node:fs/promises';

import { fileError } from './file-error.js';
import { npyBytes, type NpyData } from '../npy/npy-bytes.js';

/**
 * Makes an npy file and, when `path` is given, writes it there.
 *
 * @throws LowbitError `invalid-argument` or `file-unwritable`.
 */
export async function writeNpy(
  path: string | undefined,
  shape: readonly number[],
  data: NpyData,
): Promise<Uint8Array> {
  checkArgument(path === undefined || typeof path === 'string', path, {
    where: 'writeNpy: path',
    expected: 'a path, or nothing',
  });
  const bytes = npyBytes(shape, data);
  if (path === undefined) return bytes;
  await writeFile(path, bytes).catch((error: unknown) => {
    throw fileError(error, path, 'write');
  });
  return bytes;
}
