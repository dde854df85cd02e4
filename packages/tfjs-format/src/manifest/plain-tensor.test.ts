import { decode, encode, seededRandom, type QuantizedTensor } from '@lowbit/core';
import type { SliceParameters } from '@lowbit/core/adapter';
import { describe, expect, test } from 'vitest';
import { expandWeight, fitsFloat16, plainAgain, plainTensor, plainWeight } from '../index.js';

const random = seededRandom(3);
const values = Float32Array.from({ length: 60 }, () => random() - 0.3);

function tensorOn(parameters: SliceParameters, bits: number): QuantizedTensor {
  return encode(values, [3, 4, 5], 'tensor', { bits, fit: () => parameters });
}

/** Grids of every kind over about the values' range. */
function grids(bits: number): readonly SliceParameters[] {
  const levels = 2 ** bits;
  const scale = Math.fround(1 / levels);
  const zeroPoint = Math.floor(0.3 * levels);
  const affine = { kind: 'affine', levels, scale } as const;
  return [
    { ...affine, offset: Math.fround(-0.29) },
    { ...affine, offset: Math.fround(-zeroPoint * scale) },
    { ...affine, levels: levels - 1 },
    affine,
  ];
}

/** Values as TensorFlow.js 4.22 computes them, io_utils.ts: in double precision, stored in a Float32Array. */
function stock(
  numbers: Uint8Array | Uint16Array,
  { scale, min }: { scale: number; min: number },
): Float32Array {
  const result = new Float32Array(numbers.length);
  for (let i = 0; i < numbers.length; i++) {
    const v = numbers[i]!;
    result[i] = v * scale + min;
  }
  return result;
}

describe.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16])('a grid of %i bits', (bits) => {
  test('is stored by its codes, and TensorFlow.js computes its levels', () => {
    for (const parameters of grids(bits).slice(0, bits === 1 ? 2 : 4)) {
      const tensor = tensorOn(parameters, bits);
      const stored = plainTensor('w', tensor)!;
      const { quantization } = stored.spec;
      expect(quantization?.dtype).toBe(bits > 8 ? 'uint16' : 'uint8');
      const numbers =
        bits > 8 ? new Uint16Array(stored.bytes.slice().buffer) : new Uint8Array(stored.bytes.slice().buffer);
      expect([...numbers]).toEqual([...tensor.codes]);
      const loaded = stock(numbers, quantization as { scale: number; min: number });
      expect(expandWeight(stored, 'w')).toEqual(loaded);
      // One rounding to float32 less than where each step is rounded.
      decode(tensor).forEach((value, i) =>
        expect(Math.abs(value - loaded[i]!)).toBeLessThanOrEqual(2 ** -23),
      );
      expect(plainAgain(stored.spec, loaded)).toEqual(stored);
    }
  });

  test('that has a level at 0 keeps it exactly', () => {
    if (bits === 1) return;
    const tensor = tensorOn(grids(bits)[1]!, bits);
    const zeroPoint = Math.floor(0.3 * 2 ** bits);
    const zeros = { ...tensor, codes: tensor.codes.map(() => zeroPoint) };
    expect(expandWeight(plainTensor('w', zeros)!, 'w')).toEqual(new Float32Array(60));
  });
});

test('16 bits can be asked for; constants, codebooks and slices of their own', () => {
  const tensor = tensorOn(grids(4)[0]!, 4);
  expect(plainTensor('w', tensor, 'uint16')!.bytes.length).toBe(120);
  const constant = tensorOn({ kind: 'affine', levels: 1, scale: 0, offset: 3 }, 1);
  expect(expandWeight(plainTensor('w', constant)!, 'w')).toEqual(new Float32Array(60).fill(3));
  const uneven = [
    { kind: 'codebook', values: Float32Array.of(-0.2, 0, 0.3) },
    { kind: 'residual', scales: Float32Array.of(0.2, 0.15) },
  ] as const;
  for (const parameters of uneven) expect(plainTensor('w', tensorOn(parameters, 2))).toBeUndefined();
  const channels = encode(values, [3, 4, 5], { axes: [2] }, { bits: 4, fit: () => grids(4)[0]! });
  expect(plainTensor('w', channels)).toBeUndefined();
});

test('levels that are spaced evenly are stored by their codes, whatever scheme they come from', () => {
  const alpha = Math.fround(0.3);
  const even = [
    { kind: 'codebook', values: Float32Array.of(-alpha, 0, alpha) },
    { kind: 'codebook', values: Float32Array.of(-1, -1 / 3, 1 / 3, 1) },
    { kind: 'codebook', values: Float32Array.of(-1, 0, 1), scale: alpha },
    { kind: 'residual', scales: Float32Array.of(alpha) },
  ] as const;
  for (const parameters of even) {
    const tensor = tensorOn(parameters, 2);
    const stored = plainTensor('w', tensor)!;
    expect([...stored.bytes]).toEqual([...tensor.codes]);
    expect(expandWeight(stored, 'w')).toEqual(decode(tensor));
  }
});

test('a weight is stored again as it was, unless a value has changed', () => {
  for (const form of ['uint8', 'uint16', 'float16'] as const) {
    const stored = plainWeight('w', [3, 4, 5], values, form);
    const stands = expandWeight(stored, 'w');
    expect(plainAgain(stored.spec, stands)).toEqual(stored);
    expect(
      plainAgain(
        stored.spec,
        stands.map((value, i) => (i === 7 ? value * 1.01 : value)),
      ),
    ).toBeUndefined();
    expect(
      plainAgain(
        stored.spec,
        stands.map((value, i) => (i === 7 ? 1e6 : value)),
      ),
    ).toBeUndefined();
  }
  expect(plainAgain(plainWeight('w', [3, 4, 5], values, 'float32').spec, values)).toBeUndefined();
});

test('half precision holds what neither overflows nor loses digits', () => {
  expect(fitsFloat16(values)).toBe(true);
  expect(fitsFloat16(Float32Array.of(0, -0))).toBe(true);
  const masks = Float32Array.of(1, -Infinity, NaN);
  expect(fitsFloat16(masks)).toBe(true);
  expect(expandWeight(plainWeight('w', [3], masks, 'float16'), 'w')).toEqual(masks);
  expect(fitsFloat16(Float32Array.of(1, -65520))).toBe(false);
  expect(fitsFloat16(Float32Array.of(1e-6, -1e-9))).toBe(false);
});

test.each([
  ['too few values', [3], [1, 2], 'uint8', 'invalid-argument'],
  ['too few values', [3], [1, 2], 'float32', 'invalid-argument'],
  ['another form', [2], [1, 2], 'uint4', 'invalid-argument'],
  ['NaN', [2], [1, NaN], 'uint8', 'non-finite'],
  ['an infinity', [2], [-Infinity, 1], 'uint16', 'non-finite'],
] as const)('%s for %j make no plain weight', (_, shape, numbers, form, code) => {
  expect(() => plainWeight('w', shape, Float32Array.from(numbers), form as 'uint8')).toThrow(
    expect.objectContaining({ code, where: "weight 'w'" }),
  );
});
