import { decode, type QuantizedTensor } from '@lowbit/core';
import { zeroPointForm } from '@lowbit/core/adapter';
import { expect, test } from 'vitest';
import { centredCodes, sharedZeroPoint } from './centred-codes.js';

/** Two slices of `levels` levels around these zero points, which have every code. */
function tensorOf(levels: number, zeroPoints: readonly [number, number], bits: number): QuantizedTensor {
  const scale = Float32Array.of(0.5, 0.25);
  const codes = Uint8Array.from({ length: 2 * levels }, (_, at) => at % levels);
  const offset = scale.map((step, s) => -step * (zeroPoints[s] as number));
  const scheme = { kind: 'affine', levels, scale, offset } as const;
  return { shape: [2, levels], slicing: { axes: [0] }, bits, codes, scheme, parameterStorage: 'float32' };
}

const centred = (tensor: QuantizedTensor, width: number) =>
  centredCodes(tensor, zeroPointForm(tensor)!, width);

function valuesOf({ codes, scale, zeroPoint }: NonNullable<ReturnType<typeof centred>>): number[] {
  return [...codes].map((code, at) => scale[at < codes.length / 2 ? 0 : 1]! * (code - zeroPoint) + 0);
}

test.each([
  ['7 or 8 of 16 levels', 16, [7, 8], 4, [-1, 1]],
  ['7 of 15 levels', 15, [7, 7], 4, [1, 1]],
  ['1 or 2 of 4 levels', 4, [1, 2], 2, [-1, 1]],
  ['any of few levels in a wider type', 4, [0, 3], 4, [1, 1]],
  ['127 of 256 levels', 256, [127, 128], 8, [-1, 1]],
  ['any of few levels in more than a byte', 4, [0, 3], 12, [1, 1]],
] as const)('%s become the default without changing a value', (_, levels, zeroPoints, width, signs) => {
  const tensor = tensorOf(levels, zeroPoints, width);
  const moved = centred(tensor, width)!;
  expect(valuesOf(moved)).toEqual([...decode(tensor)]);
  expect([...moved.scale].map(Math.sign)).toEqual(signs);
  expect(moved.zeroPoint).toBe(2 ** (width - 1));
  expect(moved.codes.every((code) => code < 2 ** width)).toBe(true);
  expect(moved.codes.BYTES_PER_ELEMENT).toBe(Math.ceil(width / 8));
});

test('there is no default for slices that reach too far to one side', () => {
  expect(centred(tensorOf(16, [8, 3], 4), 4)).toBeUndefined();
  expect(centred(tensorOf(16, [0, 0], 4), 4)).toBeUndefined();
});

test('codes stay what they are where the zero point is shared already', () => {
  const tensor = tensorOf(16, [3, 3], 4);
  const shared = sharedZeroPoint(tensor, zeroPointForm(tensor)!)!;
  expect(shared).toMatchObject({ zeroPoint: 3, codes: tensor.codes });
  expect(sharedZeroPoint(tensorOf(16, [7, 8], 4), zeroPointForm(tensorOf(16, [7, 8], 4))!)!.zeroPoint).toBe(
    8,
  );
  const apart = tensorOf(16, [3, 4], 4);
  expect(sharedZeroPoint(apart, zeroPointForm(apart)!)).toBeUndefined();
});
