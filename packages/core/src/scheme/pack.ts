import { checkArgument } from '../errors/check-argument.js';
import { LowbitError } from '../errors/error.js';
import { wordValue } from '../errors/word-value.js';

/** Bytes that `count` codes of `bits` bits take: ceil(count · bits / 8). */
export function packedBytes(count: number, bits: number): number {
  return Math.ceil((count * bits) / 8);
}

/**
 * Packs unsigned codes of 1 … 16 bits into one little-endian bit stream: code i takes the bits
 * i·bits … i·bits + bits − 1, lowest bit first (so 4-bit codes have the first one in the low nibble, as in
 * ONNX). Unused bits of the last byte are 0. Throws `invalid-argument` when a code does not fit.
 */
export function pack(codes: ArrayLike<number>, bits: number): Uint8Array {
  const isList = typeof codes === 'object' && typeof Object(codes).length === 'number';
  checkArgument(isList, codes, { where: 'pack(codes, bits)', expected: 'a list of integers' });
  checkBits(bits);
  const bytes = new Uint8Array(packedBytes(codes.length, bits));
  const limit = 2 ** bits;
  let buffer = 0;
  let held = 0;
  let at = 0;
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] as number;
    if (!(code >= 0 && code < limit)) throw codeTooLarge(code, i, bits);
    buffer |= code << held;
    held += bits;
    for (; held >= 8; held -= 8, buffer >>>= 8) bytes[at++] = buffer;
  }
  if (held > 0) bytes[at] = buffer;
  return bytes;
}

/** The `count` codes of a bit stream made by {@link pack}. Throws `packed-data` when it is too short, `invalid-argument` for other arguments. */
export function unpack(bytes: Uint8Array, bits: number, count: number): Uint8Array | Uint16Array {
  const where = 'unpack(bytes, bits, count)';
  checkArgument((bytes as unknown) instanceof Uint8Array, bytes, { where, expected: 'bytes' });
  const isCount = Number.isSafeInteger(count) && count >= 0;
  checkArgument(isCount, count, { where: `${where}: count`, expected: 'a whole number from 0' });
  checkBits(bits);
  if (bytes.length < packedBytes(count, bits)) throw streamTooShort(bytes.length, packedBytes(count, bits));
  const codes = bits <= 8 ? new Uint8Array(count) : new Uint16Array(count);
  const mask = 2 ** bits - 1;
  let buffer = 0;
  let held = 0;
  let at = 0;
  for (let i = 0; i < count; i++) {
    for (; held < bits; held += 8) buffer |= (bytes[at++] as number) << held;
    codes[i] = buffer & mask;
    buffer >>>= bits;
    held -= bits;
  }
  return codes;
}

function checkBits(bits: number): void {
  if (Number.isInteger(bits) && bits >= 1 && bits <= 16) return;
  throw new LowbitError({
    code: 'invalid-argument',
    where: 'bits',
    expected: 'an integer from 1 to 16',
    received: wordValue(bits),
  });
}

function codeTooLarge(code: number, index: number, bits: number): LowbitError {
  return new LowbitError({
    code: 'invalid-argument',
    where: `codes[${index}]`,
    expected: `a code from 0 to ${2 ** bits - 1}`,
    received: wordValue(code),
  });
}

function streamTooShort(received: number, expected: number): LowbitError {
  return new LowbitError({
    code: 'packed-data',
    where: 'packed codes',
    expected: `${expected} bytes`,
    received: `${received} bytes`,
    remedy: 'The data was cut off or belongs to another tensor; write it again.',
  });
}
