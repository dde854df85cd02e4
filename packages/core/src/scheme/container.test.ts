import { expect, test } from 'vitest';
import { packTensor, unpackTensor } from './container.js';
import { decode } from './decode.js';
import { encode } from './encode.js';
import type { SliceParameters } from './types.js';

const values = Float32Array.from({ length: 64 }, (_, i) => Math.sin(i));
const grid = (zeroPoint: number, scale = 0.25): SliceParameters => ({
  kind: 'affine',
  levels: 16,
  scale,
  offset: -zeroPoint * scale,
});
const encoded = (fit: (slice: number) => SliceParameters) =>
  encode(values, [8, 8], { axes: [0] }, { bits: 4, fit: (_, slice) => fit(slice) });

test('a zero point that all slices have is stored once, in the header, zeros having any', () => {
  const tensor = encoded((slice) => (slice === 5 ? grid(0, 0) : grid(3, 0.25 + slice)));
  const packed = packTensor(tensor);
  expect(packed.header).toMatchObject({ offsets: 'zero-point', zeroPoint: 3 });
  expect(packed.parameters).toHaveLength(8 * 4);
  expect(decode(unpackTensor(packed))).toEqual(decode(tensor));
  const different = packTensor(encoded((slice) => grid(slice)));
  expect(different.header).toMatchObject({ offsets: 'zero-points' });
  expect(different.header).not.toHaveProperty('zeroPoint');
  expect(different.parameters).toHaveLength(8 * 4 + 4);
});

test('parameters and codes that are surplus or missing are refused, as those of another slicing are', () => {
  const packed = packTensor(encoded((slice) => grid(slice)));
  const more = (bytes: Uint8Array) => Uint8Array.of(...bytes, 0);
  const wrong = {
    'more codes': { ...packed, codes: more(packed.codes) },
    'fewer codes': { ...packed, codes: packed.codes.slice(1) },
    'more parameters': { ...packed, parameters: more(packed.parameters) },
    'fewer parameters': { ...packed, parameters: packed.parameters.slice(1) },
    'one slice': { ...packed, header: { ...packed.header, slicing: 'tensor' } as const },
    'another form': { ...packed, header: { ...packed.header, offsets: 'none' } as const },
  };
  for (const [name, tensor] of Object.entries(wrong))
    expect(() => unpackTensor(tensor), name).toThrowError(expect.objectContaining({ code: 'packed-data' }));
});
