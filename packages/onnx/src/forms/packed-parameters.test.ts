import { decode, type QuantizedTensor } from '@lowbit/core';
import { expect, test } from 'vitest';
import { DataType } from '../schema/proto.js';
import { packedParameters } from './packed-parameters.js';

/** Below 2⁻¹⁴ float16 holds the multiples of this alone. */
const unit = 2 ** -24;

/** One slice of levels that are `step` units apart, around zero point 1, which has every code. */
function tensorOf(levels: number, step: number): QuantizedTensor {
  const scale = Float32Array.of(step * unit);
  const codes = Uint8Array.from({ length: levels }, (_, code) => code);
  const scheme = { kind: 'affine', levels, scale, offset: scale.map((one) => -one) } as const;
  return {
    shape: [levels],
    slicing: 'tensor',
    bits: Math.log2(levels),
    codes,
    scheme,
    parameterStorage: 'float32',
  };
}

test.each([
  [4, 13.41, true],
  [4, 12.4, false],
  [4, 3.4, false],
  [16, 16.4, true],
  [16, 10.4, false],
  [32, 25.4, true],
  [32, 24.4, false],
  [256, 1000.4, true],
  [256, 100.4, false],
])(
  'float16 holds %i levels that are %d units apart closely enough, by the span of the grid and by half a step: %s',
  (levels, step, isTaken) => {
    const found = packedParameters(tensorOf(levels, step), DataType.FLOAT16);
    expect(found !== undefined).toBe(isTaken);
    if (found === undefined) return;
    const rounded = tensorOf(levels, Math.round(step));
    expect(found.exact.scale).toEqual(Float32Array.of(Math.round(step) * unit));
    expect(decode(found.stored)).toEqual(decode(rounded));
  },
);

test('float32 holds all', () => {
  const tensor = tensorOf(4, 3.4);
  expect(packedParameters(tensor, DataType.FLOAT)!.stored).toBe(tensor);
});
