import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { compileVariant, sectionsOf } from '../assembly/compile.mjs';
import { binary as relaxed } from './binaries/relaxed.js';
import { binary as simd } from './binaries/simd.js';

const variants = [
  ['simd', simd],
  ['relaxed', relaxed],
] as const;

it.each(variants)('the binary of %s is that of the source', async (variant, own) => {
  expect(own).toBe(Buffer.from(await compileVariant(variant)).toString('base64'));
});

it.each(variants)(
  '%s has types, imports, functions, exports and code, and nothing of its own in memory',
  (_, own) => {
    expect(sectionsOf(Buffer.from(own, 'base64'))).toEqual([1, 2, 3, 7, 10]);
  },
);

it.each(variants)('%s is below 16 KB, gzipped, as it is loaded', (_, own) => {
  expect(gzipSync(own).length).toBeLessThan(16384);
});
