import type { FileHandle } from 'node:fs/promises';

import { fileError } from '../node/file-error.js';
import { invalid } from '../invalid.js';

/**
 * Exactly `length` bytes from `position` on, in memory of their own.
 *
 * @throws LowbitError `calibration-invalid` when the file ends before.
 */
export async function readAt(
  handle: FileHandle,
  position: number,
  length: number,
  where: string,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await handle
      .read(bytes, done, length - done, position + done)
      .catch((error: unknown) => {
        throw fileError(error, where, 'read');
      });
    if (bytesRead === 0) {
      throw invalid(where, {
        expected: `${length} bytes at byte ${position}`,
        received: `${done} bytes, then the end of the file`,
        remedy: 'The file is cut off; make or copy it again.',
      });
    }
    done += bytesRead;
  }
  return bytes;
}
