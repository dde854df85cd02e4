import { expect, test } from 'vitest';
import { groupLayout, packGroups, packZeroPoints } from './group-layout.js';

const layout = groupLayout([3, 2], 2, 4);
const form = {
  codes: Uint8Array.of(1, 4, 2, 5, 3, 6),
  scale: new Float32Array(4).fill(1),
  zeroPoints: Uint16Array.of(7, 8, 9, 10),
};

test('columns follow each other, and the last group is filled with its zero point', () => {
  expect([...packGroups(form, layout)]).toEqual([0x21, 0x93, 0x54, 0xa6]);
});

test('the zero points of a column share bytes', () => {
  expect([...packZeroPoints(form, layout)]).toEqual([0x97, 0xa8]);
});

test('as many rows share a byte as fit', () => {
  const codes = Uint8Array.of(1, 2, 3, 0, 0, 1, 2, 3);
  const zeroPoints = Uint16Array.of(0, 0);
  const packed = (bits: 2 | 8) =>
    packGroups({ codes, scale: new Float32Array(2), zeroPoints }, groupLayout([4, 2], 4, bits));
  expect([...packed(2)]).toEqual([0b10_00_11_01, 0b11_01_00_10]);
  expect([...packed(8)]).toEqual([1, 3, 0, 2, 2, 0, 1, 3]);
});
