import { open } from 'node:fs/promises';

import { fileError } from '@lowbit/data/node';

/** Enough for what tells kinds of files apart, and for white space before JSON. */
const headBytes = 4096;

/** The first bytes of a file. @throws LowbitError `file-missing`, `file-unreadable`. */
export async function readHead(file: string): Promise<Uint8Array> {
  try {
    const handle = await open(file);
    try {
      const { buffer, bytesRead } = await handle.read(new Uint8Array(headBytes), 0, headBytes, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw fileError(error, file, 'read');
  }
}
