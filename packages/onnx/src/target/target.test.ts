import { describe, expect, test } from 'vitest';
import { DataType } from '../schema/proto.js';
import { castableType } from './casts.js';
import { dequantizeOperator } from './dequantize-linear.js';
import { gatherBlockQuantizedBits, matMulNBitsFits } from './packed-operators.js';

const old = { opset: 11, ir: 6 };
const safest = { opset: 21, ir: 10 };
const newest = { opset: 25, ir: 13 };

describe('types that Cast unpacks', () => {
  test.each([
    [4, old, undefined],
    [4, { opset: 21, ir: 9 }, DataType.UINT4],
    [4, safest, DataType.UINT4],
    [2, safest, undefined],
    [2, newest, DataType.UINT2],
    [3, newest, undefined],
    [8, old, DataType.UINT8],
    [12, old, DataType.UINT16],
  ])('%i bits in %o', (bits, target, type) => {
    expect(castableType(bits, target)).toBe(type);
  });
});

test('2 bits are stored in 4 where other operators take the decoded weight', () => {
  const [kept, moved] = [false, true].map((moves) => dequantizeOperator(2, 'tensor', newest, () => moves));
  expect([kept?.bits, moved?.bits]).toEqual([2, 4]);
});

describe('operators that keep codes packed', () => {
  const own = 'com.microsoft';
  test.each([
    [8, 'tensor', { opset: 9, ir: 4 }, { domain: own, type: DataType.UINT8, bits: 8 }],
    [8, 'tensor', { opset: 10, ir: 5 }, { domain: undefined, type: DataType.UINT8, bits: 8 }],
    [8, 'axis', old, { domain: own, type: DataType.UINT8, bits: 8 }],
    [8, 'axis', { opset: 13, ir: 7 }, { domain: undefined, type: DataType.UINT8, bits: 8 }],
    [4, 'axis', old, { domain: own, type: DataType.UINT4, bits: 4 }],
    [4, 'block', safest, { domain: undefined, type: DataType.UINT4, bits: 4 }],
    [2, 'axis', safest, { domain: undefined, type: DataType.UINT4, bits: 4 }],
    [1, 'block', newest, { domain: undefined, type: DataType.UINT2, bits: 2 }],
    [5, 'block', safest, { domain: undefined, type: DataType.UINT8, bits: 8 }],
    [16, 'axis', old, { domain: own, type: DataType.UINT16, bits: 16 }],
    [4, 'block', old, undefined],
  ] as const)('%i bits by %s in %o', (bits, spread, target, operator) => {
    expect(dequantizeOperator(bits, spread, target)).toEqual(operator);
  });
});

test.each([
  [4, 32, 80, true],
  [8, 32, 80, false],
  [8, 32, 96, true],
  [2, 256, 512, true],
  [4, 8, 64, false],
  [4, 48, 96, false],
  [4, 512, 512, false],
  [3, 32, 64, false],
])('MatMulNBits of %i bits in blocks of %i on %i rows: %s', (bits, block, rows, fits) => {
  expect(matMulNBitsFits(bits, block, rows, { opset: 13, ir: 8 })).toBe(fits);
});

test.each([
  [2, { minor: 24, provider: 'wasm' }, false],
  [2, { minor: 30, provider: 'wasm' }, true],
  [4, { minor: 20, provider: 'wasm' }, true],
  [8, { minor: 20, provider: 'wasm' }, false],
  [8, { minor: 24, provider: 'wasm' }, true],
  [2, { minor: 24, provider: 'webgpu' }, false],
  [2, { minor: 26, provider: 'webgpu' }, true],
  [4, { minor: 24, provider: 'webgpu' }, true],
  [8, { minor: 30, provider: 'webgpu' }, true],
] as const)('MatMulNBits of %i bits in float16 for %o: %s', (bits, runtime, fits) => {
  const target = { opset: 17, ir: 8, runtime };
  expect(matMulNBitsFits(bits, 32, 64, target, { type: DataType.FLOAT16 })).toBe(fits);
});

test.each([
  [4, 32, 80, 4],
  [4, 128, 80, 4],
  [4, 32, 75, 4],
  [8, 16, 81, 8],
  [2, 32, 80, 2],
  [2, 32, 75, 4],
  [4, 48, 96, undefined],
])('GatherBlockQuantized of %i bits in blocks of %i on rows of %i: %s bits', (bits, block, row, held) => {
  const target = { opset: 17, ir: 8, runtime: { minor: 30, provider: 'wasm' } } as const;
  expect(gatherBlockQuantizedBits(bits, block, row, target)).toBe(held);
});
