import { withFile, type DataFile } from '../bytes/data-file.js';
import { limits } from '../limits.js';
import { invalid } from '../problems.js';
import { decodeJpeg } from './decode-jpeg.js';
import { decodePng } from './decode-png.js';
import type { Pixels } from './pixels.js';

/**
 * Reads and decodes a JPEG or PNG file, told apart by their first bytes.
 *
 * @throws LowbitError `calibration-invalid`, `file-missing` or `file-unreadable`.
 */
export async function decodeImage(file: DataFile): Promise<Pixels> {
  const bytes = await readWhole(file);
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return decodeJpeg(bytes, file.where);
  if (bytes[0] === 0x89 && bytes[1] === 0x50) return decodePng(bytes, file.where);
  throw invalid(file.where, {
    expected: 'a JPEG or PNG file',
    received: bytes.length === 0 ? 'an empty file' : 'another beginning',
    remedy: 'Convert the picture, or remove the file.',
  });
}

function readWhole(file: DataFile): Promise<Uint8Array> {
  return withFile(file, ({ size, read }) => {
    if (size <= limits.imageFile) return read(0, size);
    throw invalid(file.where, { expected: `at most ${limits.imageFile} bytes`, received: `${size} bytes` });
  });
}
