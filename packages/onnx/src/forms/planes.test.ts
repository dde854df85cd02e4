import { expect, test } from 'vitest';
import { packPlanes, planeLength } from './planes.js';

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
