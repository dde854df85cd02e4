import { seededRandom } from '@lowbit/core';
import { expect, test } from 'vitest';
import { packColumns, packPlanes, planeLength } from './bit-layout.js';

/** The definition, read back: plane after plane gives the codes and then zeros. */
function unpackPlanes(bytes: Uint8Array, bits: number): number[] {
  const planes = Array.from({ length: 8 / bits }, (_, plane) => plane);
  return planes.flatMap((plane) => Array.from(bytes, (byte) => (byte >> (bits * plane)) & (2 ** bits - 1)));
}

test('low nibbles hold the first half of 4-bit codes, high nibbles the second', () => {
  expect([...packPlanes([1, 2, 3, 4, 5, 6], 4)]).toEqual([0x41, 0x52, 0x63]);
});

test.each([1, 2, 4] as const)('%i-bit codes come back in their order, then zeros', (bits) => {
  for (const count of [1, 7, 8, 9, 30]) {
    const codes = Array.from({ length: count }, (_, i) => (i * 7 + 1) % 2 ** bits);
    const bytes = packPlanes(codes, bits);
    expect(bytes.length).toBe(planeLength(count, bits));
    const unpacked = unpackPlanes(bytes, bits);
    expect(unpacked.slice(0, count)).toEqual(codes);
    expect(unpacked.slice(count).every((code) => code === 0)).toBe(true);
  }
});

test('no codes take no bytes', () => {
  expect(packPlanes([], 2).length).toBe(0);
});

/** Each bit put where it belongs, one by one. */
function packedSlowly(codes: ArrayLike<number>, rows: number, columns: number, bits: number): Uint8Array {
  const bytes = new Uint8Array((rows * columns * bits) / 8);
  for (let column = 0; column < columns; column++) {
    for (let row = 0; row < rows; row++) {
      const at = (column * rows + row) * bits;
      bytes[at >> 3] = (bytes[at >> 3] as number) | ((codes[row * columns + column] as number) << (at & 7));
    }
  }
  return bytes;
}

const shapes = [
  [16, 4],
  [64, 132],
  [16, 3],
  [8, 4],
  [128, 1],
] as const;

test.each([2, 4, 8])('columns follow each other, lowest bits first: %d bits', (bits) => {
  const random = seededRandom(bits);
  for (const [rows, columns] of shapes) {
    const codes = Uint8Array.from({ length: rows * columns + 1 }, () => random() * 2 ** bits);
    const expected = packedSlowly(codes, rows, columns, bits);
    const whole = codes.slice(0, -1);
    expect(packColumns(whole, rows, columns, bits)).toEqual(expected);
    expect(packColumns(Uint16Array.from(whole), rows, columns, bits)).toEqual(expected);
    // In the middle of a buffer, where words cannot be read.
    const shifted = packedSlowly(codes.subarray(1), rows, columns, bits);
    expect(packColumns(codes.subarray(1), rows, columns, bits)).toEqual(shifted);
  }
});
