import { describe, expect, it } from 'vitest';
import { caught } from '../../test/helpers/caught.js';
import { DataType } from '../schema/proto.js';
import { makeRawTensor, makeTensor } from './make-tensor.js';

const raw = (type: DataType, values: number[]) => [...makeTensor('t', type, [values.length], values).rawData];

describe('makeTensor', () => {
  it('writes little-endian raw data', () => {
    expect(raw(DataType.FLOAT, [1])).toEqual([0, 0, 0x80, 0x3f]);
    expect(raw(DataType.FLOAT16, [1, -2])).toEqual([0, 0x3c, 0, 0xc0]);
    // 1 + 2⁻⁸ lies halfway between two of them.
    expect(raw(DataType.BFLOAT16, [1, -2, 1 + 2 ** -8, 1 + 2 ** -7])).toEqual([
      0x80, 0x3f, 0, 0xc0, 0x80, 0x3f, 0x81, 0x3f,
    ]);
    expect(raw(DataType.INT64, [-2])).toEqual([0xfe, 255, 255, 255, 255, 255, 255, 255]);
    expect(raw(DataType.INT16, [-2, 258])).toEqual([0xfe, 0xff, 2, 1]);
    expect(raw(DataType.INT8, [-1, 127])).toEqual([255, 127]);
  });

  it('takes an array of the type as it is, also in the middle of a buffer, and converts any other', () => {
    const values = new Float32Array([0, 1, 2, 3]).subarray(1, 3);
    const { rawData } = makeTensor('w', DataType.FLOAT, [2], values);
    expect([rawData.buffer === values.buffer, rawData.byteOffset, rawData.length]).toEqual([true, 4, 8]);
    expect(raw(DataType.UINT8, [1, 2])).toEqual([1, 2]);
    expect([...makeTensor('w', DataType.UINT8, [2], Float32Array.of(1, 2)).rawData]).toEqual([1, 2]);
  });

  it('packs small types, the first element in the lowest bits', () => {
    expect(raw(DataType.UINT4, [1, 2, 15])).toEqual([0x21, 0x0f]);
    expect(raw(DataType.INT4, [-8, 7, -1])).toEqual([0x78, 0x0f]);
    expect(raw(DataType.UINT2, [0, 1, 2, 3, 1])).toEqual([0b11100100, 1]);
    expect(raw(DataType.INT2, [-2, -1, 0, 1])).toEqual([0b01001110]);
  });

  it('keeps name, type and dimensions', () => {
    const { name, dataType, dims } = makeTensor('w', DataType.UINT8, [2, 3], [1, 2, 3, 4, 5, 6]);
    expect([name, dataType, dims]).toEqual(['w', DataType.UINT8, [2n, 3n]]);
  });

  it('writes a scalar', () => {
    expect(makeTensor('s', DataType.FLOAT, [], [0]).dims).toEqual([]);
  });

  it('refuses wrong numbers of values and types that it cannot write', () => {
    expect(caught(() => makeTensor('w', DataType.FLOAT, [2], [1])).code).toBe('invalid-argument');
    expect(caught(() => makeTensor('w', DataType.STRING, [1], [1])).code).toBe('invalid-argument');
    expect(caught(() => makeRawTensor('w', DataType.UINT4, [3], new Uint8Array(3))).code).toBe(
      'invalid-argument',
    );
  });
});
