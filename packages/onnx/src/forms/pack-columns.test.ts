import { seededRandom } from '@lowbit/core';
import { expect, test } from 'vitest';
import { packColumns } from './pack-columns.js';

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
