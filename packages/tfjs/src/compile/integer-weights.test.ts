import { decode, type QuantizedTensor } from '@lowbit/core';
import { expect, it } from 'vitest';
import { integerWeights } from './integer-weights.js';

function tensor(levels: number, offset?: readonly number[]): QuantizedTensor {
  const codes = Uint8Array.from({ length: 40 }, (_, at) => (at * 7) % levels);
  const scale = Float32Array.of(0.1, 0.25);
  return {
    ...{ shape: [20, 2], bits: Math.ceil(Math.log2(levels)), codes, slicing: { axes: [1] } },
    scheme: { kind: 'affine', levels, scale, ...(offset && { offset: Float32Array.from(offset) }) },
    parameterStorage: 'float32',
  };
}

it.each([
  // Odd symmetric grids have 0 among their levels; even ones have it in the middle of two, where twice the steps fit.
  [tensor(255), 4, 8, false],
  [tensor(15), 4, 4, false],
  [tensor(8), 4, 4, false],
  [tensor(16), 8, 8, false],
  [tensor(16), 4, 4, true],
  [tensor(256), 4, 8, true],
  [tensor(256, [-0.1 * 128, -0.25 * 128]), 4, 8, false],
  [tensor(256, [-1.23, 0.5]), 4, 8, true],
] as const)('keeps what weights are worth: %#', (given, narrowest, bits, hasShifts) => {
  const expected = decode(given);
  const weights = integerWeights(given, expected, { outputAxes: [1], narrowest });
  if (typeof weights === 'string') throw new Error(weights);
  const { values, scales, shifts } = weights;
  expect(weights.bits).toBe(bits);
  expect(Array.from(shifts!).some((shift) => shift !== 0)).toBe(hasShifts);
  const [least, most] = bits === 4 ? [-8, 7] : [-128, 127];
  values.forEach((value, at) => {
    expect(value).toBeGreaterThanOrEqual(least);
    expect(value).toBeLessThanOrEqual(most);
    expect(scales[at % 2]! * value + shifts![at % 2]!).toBeCloseTo(expected[at]!, 5);
  });
});

it.each([
  [4, false, 4],
  [8, false, 8],
  [1, true, 2],
] as const)('takes three levels of each channel as −1, 0 and 1: %#', (narrowest, takesThree, bits) => {
  const codes = Uint8Array.from({ length: 40 }, (_, at) => (at * 7) % 3);
  const given: QuantizedTensor = {
    ...{ shape: [20, 2], bits: 2, codes, slicing: { axes: [1] }, parameterStorage: 'float32' },
    scheme: { kind: 'codebook', levels: 3, values: Float32Array.of(-0.3, 0, 0.3, -2, 0, 2) },
  };
  const weights = integerWeights(given, decode(given), { outputAxes: [1], narrowest, takesThree });
  const values = Int8Array.from(codes, (code) => code - 1);
  expect(weights).toEqual({ shape: [20, 2], values, bits, scales: Float32Array.of(0.3, 2) });
  expect(integerWeights(given, decode(given), { outputAxes: [1], narrowest: 1 })).toContain('not signs');
});
