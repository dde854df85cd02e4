import { describe, expect, it } from 'vitest';
import { caught } from '../../test/helpers/caught.js';
import { bytesField, joined, numberField } from '../../test/helpers/wire.js';
import { makeTensor } from '../graph/make-tensor.js';
import {
  createEntry,
  createTensor,
  DataLocation,
  DataType,
  parseModel,
  type TensorProto,
} from '../schema/proto.js';
import { checkFloats, readFloats, readIntegers, tensorBytes } from './tensor-data.js';

const dims = [2n, 2n];
const values = [1, -2, 0.5, 65504];

describe('readFloats', () => {
  it('reads raw data, also unaligned', () => {
    const { rawData } = makeTensor('w', DataType.FLOAT, [2, 2], values);
    const shifted = new Uint8Array(rawData.length + 1);
    shifted.set(rawData, 1);
    const tensor = createTensor({ dims, dataType: DataType.FLOAT, rawData: shifted.subarray(1) });
    expect([...readFloats(tensor, 'w')]).toEqual(values);
  });

  it('gives a new array each time', () => {
    const tensor = makeTensor('w', DataType.FLOAT, [2, 2], values);
    readFloats(tensor, 'w').fill(0);
    expect([...readFloats(tensor, 'w')]).toEqual(values);
  });

  it.each([
    ['float_data', { dataType: DataType.FLOAT, floatData: values }],
    ['double_data', { dataType: DataType.DOUBLE, doubleData: values }],
    ['raw doubles', { dataType: DataType.DOUBLE, rawData: new Uint8Array(new Float64Array(values).buffer) }],
    ['float16 bits', { dataType: DataType.FLOAT16, int32Data: [0x3c00, 0xc000, 0x3800, 0x7bff] }],
    [
      'raw float16',
      {
        dataType: DataType.FLOAT16,
        rawData: new Uint8Array(new Uint16Array([0x3c00, 0xc000, 0x3800, 0x7bff]).buffer),
      },
    ],
  ])('reads %s', (_, fields) => {
    expect([...readFloats(createTensor({ dims, ...fields }), 'w')]).toEqual(values);
  });

  it('reads bfloat16 from bits and raw data', () => {
    const bits = [0x3f80, 0xc000, 0x3f00, 0x7f80];
    const typed = createTensor({ dims, dataType: DataType.BFLOAT16, int32Data: bits });
    const raw = createTensor({
      dims,
      dataType: DataType.BFLOAT16,
      rawData: new Uint8Array(new Uint16Array(bits).buffer),
    });
    expect([...readFloats(typed, 'w')]).toEqual([1, -2, 0.5, Infinity]);
    expect([...readFloats(raw, 'w')]).toEqual([1, -2, 0.5, Infinity]);
  });

  it('reads floats that were kept as bytes because of NaN', () => {
    const floats = new Uint8Array(new Float32Array([1, NaN]).buffer);
    const tensor = [...numberField(1, 2), ...numberField(2, 1), ...bytesField(4, floats)];
    const model = parseModel(joined(bytesField(7, bytesField(5, tensor))), 'm');
    expect([...readFloats(model.graph?.initializer[0] as TensorProto, 'w')]).toEqual([1, NaN]);
  });

  it.each([
    ['too few raw bytes', { dims, rawData: new Uint8Array(15) }],
    ['too many values', { dims, floatData: [1, 2, 3, 4, 5] }],
    ['no data', { dims }],
    ['huge dimensions', { dims: [2n ** 40n, 2n ** 40n], rawData: new Uint8Array(4) }],
    ['large dimensions', { dims: [2n ** 31n], floatData: [1] }],
    ['a negative dimension', { dims: [-1n, -4n], floatData: values }],
    ['a type that is no float', { dims, dataType: DataType.INT8, int32Data: [1, 2, 3, 4] }],
    ['an unknown type', { dims, dataType: 99 }],
  ])('refuses %s', (_, fields) => {
    const tensor = createTensor({ dataType: DataType.FLOAT, ...fields });
    const error = caught(() => readFloats(tensor, 'layer/w'));
    expect([error.code, error.where]).toEqual(['model-malformed', 'layer/w']);
    expect(caught(() => checkFloats(tensor, 'layer/w')).code).toBe('model-malformed');
  });

  it('says that external data are in another file', () => {
    const tensor = createTensor({
      dims,
      dataType: DataType.FLOAT,
      dataLocation: DataLocation.EXTERNAL,
      externalData: [createEntry('location', 'weights.bin')],
    });
    expect(caught(() => readFloats(tensor, 'w')).code).toBe('external-data');
  });
});

describe('readIntegers', () => {
  it.each([
    ['int64_data', createTensor({ dims: [2n], dataType: DataType.INT64, int64Data: [-1n, 5n] }), [-1, 5]],
    ['raw int64', makeTensor('i', DataType.INT64, [2], [-1, 5]), [-1, 5]],
    ['raw int32', makeTensor('i', DataType.INT32, [2], [-7, 5]), [-7, 5]],
    ['int32_data', createTensor({ dims: [2n], dataType: DataType.INT32, int32Data: [-7, 5] }), [-7, 5]],
    ['a scalar', createTensor({ dataType: DataType.INT64, int64Data: [3n] }), [3]],
    ['raw uint8', makeTensor('i', DataType.UINT8, [2], [0, 255]), [0, 255]],
  ])('reads %s', (_, tensor, expected) => {
    expect(readIntegers(tensor, 'i')).toEqual(expected);
  });

  it('refuses floats and integers that a number cannot hold', () => {
    expect(caught(() => readIntegers(makeTensor('f', DataType.FLOAT, [1], [1]), 'f')).code).toBe(
      'model-malformed',
    );
    const huge = createTensor({ dims: [1n], dataType: DataType.INT64, int64Data: [2n ** 60n] });
    expect(caught(() => readIntegers(huge, 'i')).code).toBe('model-malformed');
  });
});

describe('tensorBytes', () => {
  it('counts packed types in bits', () => {
    expect(tensorBytes(createTensor({ dims: [3n], dataType: DataType.UINT4 }))).toBe(2);
    expect(tensorBytes(createTensor({ dims: [5n], dataType: DataType.INT2 }))).toBe(2);
    expect(tensorBytes(createTensor({ dims, dataType: DataType.FLOAT16 }))).toBe(8);
  });
});
