import { LowbitError } from '@lowbit/core';

import { type ModelBytes, modelBytes } from '../model/model-bytes.js';
import { foreignKinds } from './foreign-kinds.js';
import { sniffZip } from './sniff-zip.js';

/** Bytes that tell what a file is: the mark of a tar archive stands after 257. */
const headBytes = 1024;

/**
 * Refuses files that are plainly not ONNX models, by their first bytes, archives by what is inside.
 *
 * @param file - a file, or the beginning of one that is large
 * @param where - its name, for errors
 * @throws LowbitError `invalid-argument` for anything but bytes; `model-empty`, `model-not-onnx`.
 */
export function refuseForeign(file: ModelBytes, where: string): void {
  const bytes = modelBytes(file, where);
  if (bytes.length === 0) {
    const remedy = 'The download or export probably failed: repeat it and look at the size of the file.';
    throw new LowbitError({
      code: 'model-empty',
      where,
      expected: 'an ONNX file',
      received: '0 bytes',
      remedy,
    });
  }
  const head = bytes.subarray(0, headBytes);
  const text = String.fromCharCode(...head);
  const kind = sniffZip(bytes, where) ?? foreignKinds.find(({ matches }) => matches(head, text));
  if (kind === undefined) return;
  throw new LowbitError({
    code: 'model-not-onnx',
    where,
    expected: 'an ONNX file',
    received: kind.name,
    remedy: kind.remedy,
  });
}
