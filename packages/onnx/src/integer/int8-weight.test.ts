import { decode, encode, type QuantizedTensor } from '@lowbit/core';
import { expect, test } from 'vitest';
import { sampleTensor } from '../../test/helpers/sample-tensor.js';
import { int8Weight, movedBytes, signedCodes, type Int8Weight } from './int8-weight.js';

const symmetric = (slicing: 'tensor' | { axes: number[] }, bits = 8) =>
  encode(Float32Array.of(-2, 1, 0.5, 4, 0, 0), [3, 2], slicing, {
    bits,
    fit: (values) => {
      const largest = 2 ** (bits - 1) - 1;
      const reach = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      return { kind: 'affine', levels: 2 * largest + 1, scale: Math.fround(reach / largest) };
    },
  });

const weightOf = (tensor: QuantizedTensor) => int8Weight(tensor, 0) as Int8Weight;

test('leaves the codes of a symmetric grid alone and repeats one scale for every channel', () => {
  const tensor = symmetric('tensor');
  const scale = new Float32Array(3).fill(4 / 127);
  expect(weightOf(tensor)).toEqual({ codes: tensor.codes, zeroPoint: 127, scale, bits: 8 });
  expect(weightOf(tensor).codes).toBe(tensor.codes);
  expect(weightOf(symmetric({ axes: [0] })).scale).toEqual(Float32Array.of(2 / 127, 4 / 127, 1));
});

test('gives codes around 0', () => {
  expect(signedCodes(weightOf(symmetric({ axes: [0] })))).toEqual(Int8Array.of(-127, 64, 16, 127, 0, 0));
  expect(signedCodes(weightOf(symmetric({ axes: [0] }, 4)))).toEqual(Int8Array.of(-7, 3, 1, 7, 0, 0));
});

test('mirrors channels of grids with all levels, so that all have one zero point', () => {
  const tensor = sampleTensor([4, 6], { axes: [0] }, 8, 'middle');
  const weight = weightOf(tensor);
  const { scale } = weight;
  const values = decode(tensor);
  signedCodes(weight).forEach((code, at) =>
    expect(code * scale[Math.floor(at / 6)]!).toBeCloseTo(values[at]!, 5),
  );
});

test.each([1, 127, 128, 200, -1, -127, -128])(
  'moves every byte by %i without touching its neighbours',
  (by) => {
    const codes = Uint8Array.from({ length: 259 }, (_, at) => (at * 83) % 256);
    expect(movedBytes(codes, by)).toEqual(codes.map((code) => code + by));
  },
);

test.each([
  [symmetric({ axes: [1] }), 'other axes'],
  [sampleTensor([4, 6], { axes: [0] }, 8, 'zero-point'), 'symmetric grid'],
  [sampleTensor([4, 6], { axes: [0] }, 8, 'offset'), 'symmetric grid'],
  [sampleTensor([4, 6], { axes: [0] }, 4, 'codebook'), 'codebook'],
  [sampleTensor([4, 6], { along: 1, group: 2 }, 8, 'zero-point'), 'other axes'],
  [sampleTensor([4, 6], { axes: [0] }, 10, 'zero-point'), '10 bits'],
])('refuses what is not: %#', (tensor, reason) => {
  expect(int8Weight(tensor, 0)).toContain(reason);
});
