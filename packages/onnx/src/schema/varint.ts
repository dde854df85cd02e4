import { broken, need, type Cursor } from './cursor.js';

/** Reads a varint of at most ten bytes, most often one, into `cursor.low` and `cursor.high`. */
export function readVarint(cursor: Cursor, end: number): void {
  const { bytes } = cursor;
  const first = bytes[cursor.position] as number;
  if (cursor.position < end && first < 0x80) {
    cursor.position++;
    cursor.low = first;
    cursor.high = 0;
    return;
  }
  let low = 0;
  let high = 0;
  for (let index = 0; index < 10; index++) {
    if (cursor.position >= end) need(cursor, 1, end);
    const byte = bytes[cursor.position++] as number;
    const part = byte & 0x7f;
    if (index < 4) low |= part << (7 * index);
    else if (index === 4) {
      low |= part << 28;
      high = part >> 4;
    } else high |= part << (7 * index - 32);
    if (byte < 0x80) {
      cursor.low = low >>> 0;
      cursor.high = high >>> 0;
      return;
    }
  }
  throw broken(cursor, 'a number of more than ten bytes');
}

/** Reads the length of a field and checks that the field fits. */
export function readLength(cursor: Cursor, end: number): number {
  readVarint(cursor, end);
  const length = cursor.high * 2 ** 32 + cursor.low;
  need(cursor, length, end);
  return length;
}

/** Most integers in a model are small: they share one object each. */
const small = Array.from({ length: 1024 }, (_, value) => BigInt(value));

export function signed64(cursor: Cursor): bigint {
  if (cursor.high === 0 && cursor.low < small.length) return small[cursor.low] as bigint;
  return (BigInt(cursor.high | 0) << 32n) | BigInt(cursor.low);
}

export function unsigned64(cursor: Cursor): bigint {
  return (BigInt(cursor.high) << 32n) | BigInt(cursor.low);
}
