import { invalid } from '../invalid.js';
import type { FileReference } from './file-reference.js';
import { openRegular } from './open-regular.js';
import { readAt } from './read-at.js';

/**
 * All bytes of a file of at most `largest` bytes.
 *
 * @throws LowbitError `calibration-invalid` for a larger one, `file-missing` or `file-unreadable`.
 */
export async function readWhole(file: FileReference, largest: number): Promise<Uint8Array> {
  const { handle, size } = await openRegular(file);
  try {
    if (size > largest) {
      throw invalid(file.where, { expected: `at most ${largest} bytes`, received: `${size} bytes` });
    }
    return await readAt(handle, 0, size, file.where);
  } finally {
    await handle.close();
  }
}
