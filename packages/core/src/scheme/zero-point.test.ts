import { expect, test } from 'vitest';
import { bitsPerWeight, packTensor, unpackTensor } from './container.js';
import { decode } from './decode.js';
import { encode } from './encode.js';
import type { ParameterStorage, QuantizedTensor, SliceParameters } from './types.js';
import { zeroPointForm } from './zero-point.js';

/** What a runtime makes of the zero-point form of slices of two values. */
function decodedForm(tensor: QuantizedTensor): number[] {
  const { codes, scale, zeroPoints } = zeroPointForm(tensor)!;
  return Array.from(codes, (code, i) => scale[i >> 1]! * (code - zeroPoints[i >> 1]!));
}

/** Symmetric, with an odd number of levels and no offset. */
const symmetric =
  (bits: number) =>
  (values: Float32Array): SliceParameters => {
    const largest = 2 ** (bits - 1) - 1;
    const reach = Math.max(...values.map(Math.abs));
    return { kind: 'affine', levels: 2 * largest + 1, scale: Math.fround(reach / largest) };
  };

/** An integer zero point, and scale 0 where all values are equal. */
const zeroPoint =
  (bits: number) =>
  (values: Float32Array): SliceParameters => {
    const [min, max] = [Math.min(...values), Math.max(...values)];
    const levels = 2 ** bits;
    if (min === max) return { kind: 'affine', levels, scale: 0, offset: min };
    const scale = Math.fround((Math.max(max, 0) - Math.min(min, 0)) / (levels - 1));
    const code = Math.round(-Math.min(min, 0) / scale);
    return { kind: 'affine', levels, scale, offset: Math.fround(-code * scale) };
  };

const storages: readonly ParameterStorage[] = ['float32', 'float16', { kind: 'two-level', bits: 8 }];

/** The last ones nearly equal, and farther below the others than float16 reaches. */
const slices = [0, 0, 1, -0.5, 0.25, 0.25, -0.25, -0.25, 0, 0, 1e-9, 1e-9 * (1 + 2 ** -20)];

test.each([2, 3, 4, 8])(
  'zeros and constants are exact in the zero-point form of every storage, at %i bits',
  (bits) => {
    for (const parameterStorage of storages) {
      for (const fit of [symmetric(bits), zeroPoint(bits)]) {
        const values = Float32Array.from(slices);
        const tensor = encode(values, [6, 2], { axes: [0] }, { bits, fit, parameterStorage });
        const decoded = [...decode(tensor)];
        expect(decodedForm(tensor).map(Math.fround)).toEqual(decoded);
        expect([...decode(unpackTensor(packTensor(tensor)))]).toEqual(decoded);
        for (const i of [0, 1, 4, 5, 6, 7, 8, 9]) expect(decoded[i]).toBeCloseTo(slices[i]!, 6);
        expect(decoded[10]).toBeGreaterThan(0);
      }
    }
  },
);

test('tensors of zeros alone and of constants alone have a zero-point form', () => {
  for (const rows of [
    [0, 0, 0, 0],
    [3, 3, -2, -2],
  ]) {
    const settings = { bits: 4, fit: zeroPoint(4) };
    const tensor = encode(Float32Array.from(rows), [2, 2], { axes: [0] }, settings);
    expect(decodedForm(tensor)).toEqual(rows);
    expect([...decode(tensor)]).toEqual(rows);
  }
});

test('a constant slice does not cost the others their zero points, nor a single zero point for all', () => {
  const values = Float32Array.of(-8, 7, 16, 14, -4, -4, 3, 3, 0, 0);
  const tensor = encode(values, [5, 2], { axes: [0] }, { bits: 4, fit: zeroPoint(4) });
  expect([...zeroPointForm(tensor)!.zeroPoints]).toEqual([8, 0, 8, 8, 8]);
  expect(bitsPerWeight(tensor)).toBe((8 * (5 + 20 + 3)) / 10);
});

test('at one bit a constant is one of the two codes', () => {
  const values = Float32Array.of(1, -1, 5, 5, -5, -5);
  const fit = (slice: Float32Array): SliceParameters =>
    slice[0] === slice[1]
      ? { kind: 'affine', levels: 2, scale: 0, offset: slice[0]! }
      : { kind: 'affine', levels: 2, scale: 1, offset: -1 };
  const tensor = encode(values, [3, 2], { axes: [0] }, { bits: 1, fit });
  expect(decodedForm(tensor)).toEqual([0, -1, 5, 5, -5, -5]);
});

/** The zero points of two slices of 4 bits and step 0.5 whose smallest levels are these. */
function zeroPointsOf(...smallest: readonly number[]): number[] | undefined {
  const offsets = smallest.values();
  const fit = (): SliceParameters => {
    return { kind: 'affine', levels: 16, scale: 0.5, offset: offsets.next().value as number };
  };
  const tensor = encode(new Float32Array(4), [2, 2], { axes: [0] }, { bits: 4, fit });
  const form = zeroPointForm(tensor);
  return form && [...form.zeroPoints];
}

test('zero points are the codes from the first to the last, and no code beside them', () => {
  expect(zeroPointsOf(0, -7.5)).toEqual([0, 15]);
  expect(zeroPointsOf(0, 0.5)).toBeUndefined();
  expect(zeroPointsOf(-8, 0)).toBeUndefined();
  expect(zeroPointsOf(-3, -3.25)).toBeUndefined();
});

test('without an offset the middle of an odd number of levels is zero, and none of an even one', () => {
  const formOf = (levels: number) =>
    zeroPointForm(
      encode(new Float32Array(2), [2], 'tensor', {
        bits: 4,
        fit: () => ({ kind: 'affine', levels, scale: 0.5 }),
      }),
    );
  expect([...formOf(15)!.zeroPoints]).toEqual([7]);
  expect(formOf(16)).toBeUndefined();
});
