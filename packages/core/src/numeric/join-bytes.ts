import { checkListOf } from '../errors/check-kinds.js';

/** The parts one after the other, in memory of their own. */
export function joinBytes(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  checkListOf(isBytes, parts, 'joinBytes(parts)', 'a list of Uint8Array');
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

const isBytes = (value: unknown): boolean => ArrayBuffer.isView(value);
