import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { pack, packedBytes, unpack } from './pack.js';

const golden = JSON.parse(readFileSync(new URL('../../fixtures/golden.json', import.meta.url), 'utf8'));

test('the bit stream equals numpy packbits, and comes back', () => {
  for (const { bits, codes, bytes } of golden.pack) {
    expect([...pack(codes, bits)]).toEqual(bytes);
    expect([...unpack(Uint8Array.from(bytes), bits, codes.length)]).toEqual(codes);
    expect(packedBytes(codes.length, bits)).toBe(bytes.length);
  }
});

test('codes of every width come back, whatever the last byte holds', () => {
  for (let bits = 1; bits <= 16; bits++) {
    for (let count = 1; count <= 19; count++) {
      const codes = Array.from({ length: count }, (_, i) => (i * 40503 + 7 * bits) % 2 ** bits);
      const padded = Uint8Array.from([...pack(codes, bits), 0xff]);
      const shifted = new Uint8Array(padded.length + 1);
      shifted.set(padded, 1);
      expect([...unpack(padded, bits, count)]).toEqual(codes);
      expect([...unpack(shifted.subarray(1), bits, count)]).toEqual(codes);
    }
  }
});

test('four bits have the first code in the low nibble', () => {
  expect([...pack([1, 2, 3], 4)]).toEqual([0x21, 0x03]);
});

test('codes that do not fit and streams that are too short are refused', () => {
  expect(() => pack([4], 2)).toThrow(/codes\[0\].*a code from 0 to 3/);
  expect(() => pack([1], 17)).toThrow('an integer from 1 to 16');
  expect(() => unpack(new Uint8Array(1), 3, 3)).toThrow('packed-data');
});

test('no codes make no bytes', () => {
  expect(pack([], 5)).toHaveLength(0);
  expect(unpack(new Uint8Array(0), 5, 0)).toHaveLength(0);
});

test('bytes are packed as numbers are', () => {
  for (const bits of [2, 4])
    for (const count of [1, 2, 3, 4, 7, 64]) {
      const codes = Uint8Array.from({ length: count }, (_, i) => (5 * i + 3) % 2 ** bits);
      expect(pack(codes, bits)).toEqual(pack([...codes], bits));
    }
  expect(() => pack(Uint8Array.of(1, 2, 16), 4)).toThrow(/codes\[2\].*a code from 0 to 15/);
});
