import { create, toBinary } from '@bufbuild/protobuf';
import { TensorProto_DataType as DataType, TensorProtoSchema } from 'onnx-buf';
import { expect, test } from 'vitest';
import { readTensor } from './read-tensor.js';

test.each([
  [
    'raw bytes',
    { dataType: DataType.FLOAT, rawData: new Uint8Array(Float32Array.of(1.5, -2).buffer) },
    [1.5, -2],
  ],
  ['floats', { dataType: DataType.FLOAT, floatData: [1.5, -2] }, [1.5, -2]],
  ['small integers', { dataType: DataType.INT8, int32Data: [3, -4] }, [3, -4]],
  ['large integers', { dataType: DataType.INT64, int64Data: [3n, -4n] }, [3n, -4n]],
  ['text', { dataType: DataType.STRING, stringData: [Uint8Array.of(97), Uint8Array.of(98)] }, ['a', 'b']],
])('reads a tensor of %s', (_, fields, values) => {
  const bytes = toBinary(TensorProtoSchema, create(TensorProtoSchema, { dims: [2n], ...fields }));
  // As files are read: a view of a larger buffer.
  const tensor = readTensor(Buffer.concat([Buffer.alloc(3), bytes]).subarray(3));
  expect(tensor?.dims).toEqual([2]);
  expect([...(tensor?.data as Iterable<unknown>)]).toEqual(values);
});

test('types that the runtime has no arrays for are passed over', () => {
  const proto = create(TensorProtoSchema, { dataType: DataType.BFLOAT16, dims: [0n] });
  expect(readTensor(toBinary(TensorProtoSchema, proto))).toBeUndefined();
});
