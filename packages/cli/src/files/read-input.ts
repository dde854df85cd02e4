import { readFile, stat } from 'node:fs/promises';

import { LowbitError } from '@lowbit/core';
import { checkRegular, fileError } from '@lowbit/data/node';

/** A protobuf message, and therefore an ONNX file, is smaller than 2 GiB. */
const largestFile = 2 ** 31 - 1;

/**
 * Checks, without reading it, that `path` is a file that can be taken in.
 *
 * @throws LowbitError `file-missing`, `file-unreadable` or `model-too-large`.
 */
export async function checkInput(path: string): Promise<void> {
  const found = await stat(path).catch((error: unknown) => {
    throw fileError(error, path, 'read');
  });
  checkRegular(found, path);
  if (found.size > largestFile) {
    throw new LowbitError({
      code: 'model-too-large',
      where: path,
      expected: 'less than 2 GiB',
      received: `${found.size} bytes`,
      remedy: 'Keep large weights in external data files.',
    });
  }
}

/** The bytes of a file that `checkInput` accepts. */
export async function readInput(path: string, signal: AbortSignal): Promise<Uint8Array> {
  await checkInput(path);
  try {
    const { buffer, byteOffset, byteLength } = await readFile(path, { signal });
    return new Uint8Array(buffer, byteOffset, byteLength);
  } catch (error) {
    throw fileError(error, path, 'read');
  }
}
