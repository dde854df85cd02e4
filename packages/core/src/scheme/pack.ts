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
  if (codes instanceof Uint8Array && (bits === 4 || bits === 2) && packBytes(codes, bits, bytes))
    return bytes;
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

/** Codes of which whole ones make a byte, four at a time as a word, without a check for each; gives whether all fit. */
function packBytes(codes: Uint8Array, bits: 2 | 4, bytes: Uint8Array): boolean {
  const aligned = codes.byteOffset % 4 === 0 ? codes : codes.slice();
  const words = new Uint32Array(aligned.buffer, aligned.byteOffset, codes.length >> 2);
  let all = 0;
  if (bits === 4) {
    const pairs = new Uint16Array(bytes.buffer, 0, words.length);
    for (let at = 0; at < words.length; at++) {
      const word = words[at] as number;
      all |= word;
      const moved = word | (word >>> 4);
      pairs[at] = (moved & 0xff) | ((moved >>> 8) & 0xff00);
    }
  } else
    for (let at = 0; at < words.length; at++) {
      const word = words[at] as number;
      all |= word;
      bytes[at] = word | (word >>> 6) | (word >>> 12) | (word >>> 18);
    }
  for (let i = 4 * words.length; i < codes.length; i++) {
    all |= codes[i] as number;
    bytes[(i * bits) >> 3]! |= (codes[i] as number) << ((i * bits) & 7);
  }
  return (all & (bits === 4 ? 0xf0f0f0f0 : 0xfcfcfcfc)) === 0;
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
  if (bits === 8) codes.set(bytes.subarray(0, count));
  else if (bits === 4) lookUp(bytes, codes, bits, Uint16Array);
  else if (bits === 2) lookUp(bytes, codes, bits, Uint32Array);
  else unpackStream(bytes, bits, codes);
  return codes;
}

/** Codes of 2 or 4 bits: those that a byte holds are looked up, and written as one word. */
function lookUp(
  bytes: Uint8Array,
  codes: ReturnType<typeof unpack>,
  bits: number,
  Words: Uint16ArrayConstructor | Uint32ArrayConstructor,
): void {
  const perByte = 8 / bits;
  const held = Uint8Array.from(
    { length: 256 * perByte },
    (_, i) => (Math.floor(i / perByte) >> ((i % perByte) * bits)) & (2 ** bits - 1),
  );
  const table = new Words(held.buffer);
  const words = new Words(codes.buffer as ArrayBuffer, 0, Math.floor(codes.length / perByte));
  for (let at = 0; at < words.length; at++) words[at] = table[bytes[at] as number] as number;
  const last = (bytes[words.length] ?? 0) * perByte;
  const rest = codes.length % perByte;
  codes.set(held.subarray(last, last + rest), codes.length - rest);
}

/** Codes of any width, eight at a time: they take whole bytes. */
function unpackStream(bytes: Uint8Array, bits: number, codes: ReturnType<typeof unpack>): void {
  const mask = 2 ** bits - 1;
  let at = 0;
  for (let first = 0; first < codes.length; first += 8, at += bits) {
    const last = Math.min(first + 8, codes.length);
    let buffer = 0;
    let held = 0;
    let next = at;
    for (let i = first; i < last; i++) {
      for (; held < bits; held += 8) buffer |= (bytes[next++] as number) << held;
      codes[i] = buffer & mask;
      buffer >>= bits;
      held -= bits;
    }
  }
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
