import { crc32 as crc32OfNode } from 'node:zlib';

import { expect, it } from 'vitest';

import { crc32 } from './crc32.js';

it.each([
  ['', 0],
  ['123456789', 0xcbf43926],
])('the checksum of "%s" is that of the catalogue', (text, expected) => {
  expect(crc32(new TextEncoder().encode(text))).toBe(expected);
});

it('goes on from the checksum of what came before, as zlib does', () => {
  const bytes = Uint8Array.from({ length: 1000 }, (_, i) => (i * i) >> 3);
  expect(crc32(bytes.subarray(300), crc32(bytes.subarray(0, 300)))).toBe(crc32OfNode(bytes));
});
