import { expect, test } from 'vitest';
import { decode } from './decode.js';
import { encode } from './encode.js';
import type { SliceParameters } from './types.js';

const values = Float32Array.of(-3e38, 0, 3e38, 1);
const encoded = (parameters: SliceParameters) =>
  encode(values, [4], 'tensor', { bits: 2, where: 'w', fit: () => parameters });

test.each<[string, SliceParameters]>([
  ['even levels whose offset was cut', { kind: 'affine', levels: 4, scale: 2e38, offset: -3.4e38 }],
  ['even levels where scale · code is infinite', { kind: 'affine', levels: 4, scale: 1.5e38, offset: -3e38 }],
  ['even levels around 0', { kind: 'affine', levels: 3, scale: 1.8e38 }],
  ['levels around 0 of another number', { kind: 'affine', levels: 4, scale: 1.2e38 }],
  ['sums of signs', { kind: 'residual', scales: Float32Array.of(2e38, 2e38) }],
])('%s beyond the largest float32 are refused with the weight', (_, parameters) => {
  expect(() => encoded(parameters)).toThrow(
    expect.objectContaining({ code: 'non-finite', where: 'w, slice 0' }) as Error,
  );
});

test.each<[string, SliceParameters]>([
  ['even levels', { kind: 'affine', levels: 4, scale: 1e38, offset: -1e38 }],
  ['even levels around 0', { kind: 'affine', levels: 3, scale: 1.7e38 }],
  ['a codebook', { kind: 'codebook', values: Float32Array.of(-3.4e38, 3.4e38) }],
  ['sums of signs', { kind: 'residual', scales: Float32Array.of(2e38, 1e38) }],
])('%s that end before it are finite', (_, parameters) => {
  expect(decode(encoded(parameters)).every(Number.isFinite)).toBe(true);
});
