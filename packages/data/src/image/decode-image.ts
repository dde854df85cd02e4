import type { FileReference } from '../files/file-reference.js';
import { openRegular } from '../files/open-regular.js';
import { readAt } from '../files/read-at.js';
import { invalid } from '../invalid.js';
import { limits } from '../limits.js';
import { decodeJpeg } from './decode-jpeg.js';
import { decodePng } from './decode-png.js';
import type { Pixels } from './pixels.js';

/**
 * Reads and decodes a JPEG or PNG file, told apart by their first bytes.
 *
 * @throws LowbitError `calibration-invalid`, `file-missing` or `file-unreadable`.
 */
export async function decodeImage(file: FileReference): Promise<Pixels> {
  const bytes = await readWhole(file, limits.imageFile);
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return decodeJpeg(bytes, file.where);
  if (bytes[0] === 0x89 && bytes[1] === 0x50) return decodePng(bytes, file.where);
  throw invalid(file.where, {
    expected: 'a JPEG or PNG file',
    received: bytes.length === 0 ? 'an empty file' : 'another beginning',
    remedy: 'Convert the picture, or remove the file.',
  });
}

/**
 * All bytes of a file of at most `largest` bytes.
 *
 * @throws LowbitError `calibration-invalid` for a larger one, `file-missing` or `file-unreadable`.
 */
async function readWhole(file: FileReference, largest: number): Promise<Uint8Array> {
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
