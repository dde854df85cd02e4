import type { Sink } from './sink.js';

/** Bytes of a varint of two unsigned words. */
export function varintSize(low: number, high: number): number {
  const bits = high === 0 ? 32 - Math.clz32(low) : 64 - Math.clz32(high);
  return bits <= 7 ? 1 : Math.ceil(bits / 7);
}

/** Writes two unsigned words as a varint. */
export function writeVarint(sink: Sink, low: number, high: number): void {
  const { bytes } = sink;
  while (high !== 0 || low > 0x7f) {
    bytes[sink.position++] = (low & 0x7f) | 0x80;
    low = ((low >>> 7) | (high << 25)) >>> 0;
    high >>>= 7;
  }
  bytes[sink.position++] = low;
}

/** Bytes of a field's content with its length in front. */
export const withLength = (content: number): number =>
  varintSize(content >>> 0, Math.floor(content / 2 ** 32)) + content;

/** The lower word of a 64-bit integer in two's complement. */
export function lowWord(value: bigint): number {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number >>> 0 : Number(BigInt.asUintN(32, value));
}

/** The upper word of a 64-bit integer in two's complement. */
export function highWord(value: bigint): number {
  const number = Number(value);
  return Number.isSafeInteger(number)
    ? Math.floor(number / 2 ** 32) >>> 0
    : Number(BigInt.asUintN(32, value >> 32n));
}
