import { toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { GraphProtoSchema, ModelProtoSchema } from 'onnx-buf';
import { describe, expect, it } from 'vitest';
import { anyMessage } from '../../test/helpers/any-message.js';
import { caught } from '../../test/helpers/caught.js';
import { realBytes, type RealModel } from '../../test/helpers/real-models.js';
import {
  createAttribute,
  createGraph,
  createModel,
  createNode,
  createTensor,
  createValueInfo,
  DataType,
  graphPartsSize,
  type ModelProto,
  parseModel,
  serializeModel,
  serializeParts,
  type TensorProto,
} from './proto.js';

/** Byte by byte: comparing as lists takes seconds for a real model. */
function expectSameBytes(model: ModelProto): void {
  const [own, expected] = [serializeModel(model, 'm'), toBinary(ModelProtoSchema, model)];
  expect(own.length).toBe(expected.length);
  expect(Buffer.compare(own, expected)).toBe(0);
  expect(Buffer.compare(Buffer.concat(serializeParts(model, 'm')), expected)).toBe(0);
}

const withTensor = (fields: Partial<TensorProto>): ModelProto =>
  createModel({ graph: createGraph({ initializer: [Object.assign(createTensor(), fields)] }) });

describe('serializeModel writes the bytes that toBinary writes', () => {
  it('for any fields of any messages', () => {
    fc.assert(
      fc.property(anyMessage(ModelProtoSchema, 5), (model) => expectSameBytes(model as ModelProto)),
      { numRuns: 100 },
    );
  });

  it.each<RealModel>(['detector', 'recognizer', 'classifier', 'sileroLegacy', 'silero'])(
    'for the %s model',
    (name) => expectSameBytes(parseModel(realBytes(name), name)),
  );

  it.each<[string, Partial<TensorProto>]>([
    ['no values', { dims: [], floatData: [], int64Data: [] }],
    ['empty values that are set', { name: '', docString: '', rawData: new Uint8Array(), dataType: 0 }],
    ['integers', { int32Data: [0, 1, -1, 127, 128, -(2 ** 31), 2 ** 31 - 1, -0] }],
    ['long integers', { int64Data: [0n, -1n, 2n ** 53n, -(2n ** 53n) - 1n, -(2n ** 63n), 2n ** 63n - 1n] }],
    ['unsigned long integers', { uint64Data: [0n, 2n ** 32n, 2n ** 63n, 2n ** 64n - 1n] }],
    ['floats', { floatData: [0, -0, 0.1, NaN, Infinity, -Infinity, 3.4028234663852886e38] }],
    ['doubles', { doubleData: [0, -0, 0.1, NaN, Infinity, Number.MAX_VALUE] }],
    ['text', { name: 'größe 模型 😀 \ud800', docString: 'a'.repeat(70_000) }],
  ])('for a tensor with %s', (_, fields) => expectSameBytes(withTensor(fields)));

  it('and large tensors stay where they are', () => {
    const rawData = new Uint8Array(70_000).fill(3);
    const parts = serializeParts(withTensor({ rawData, name: 'large' }), 'm');
    expect(parts).toContain(rawData);
    expectSameBytes(withTensor({ rawData, name: 'large' }));
  });

  it('for a tensor that stands at two places', () => {
    const t = createTensor({ name: 't', rawData: new Uint8Array(1000).fill(7), dims: [1000n] });
    const node = createNode({ attribute: [createAttribute({ name: 'value', t })] });
    expectSameBytes(createModel({ graph: createGraph({ initializer: [t], node: [node] }) }));
  });

  it('for values of known and unknown size', () => {
    const input = [createValueInfo('x', DataType.FLOAT, ['batch', 3, 0]), createValueInfo('y')];
    expectSameBytes(createModel({ graph: createGraph({ input }) }));
  });
});

describe('values that a field cannot hold', () => {
  it.each<[string, object, string]>([
    ['a fraction', { int32Data: [3.5] }, 'int32_data'],
    ['an integer of 33 bits', { dataType: 2 ** 31 }, 'data_type'],
    ['an integer of 65 bits', { dims: [2n ** 63n] }, 'dims'],
    ['a negative unsigned integer', { uint64Data: [-1n] }, 'uint64_data'],
    ['a fraction of a long integer', { int64Data: [0.5] }, 'int64_data'],
    ['a number beyond the largest float', { floatData: [1e39] }, 'float_data'],
    ['text in a list of floats', { floatData: ['one'] }, 'float_data'],
    ['a message of another type', { segment: createTensor() }, 'TensorProto.Segment'],
  ])('%s', (_, fields, named) => {
    const model = withTensor(fields);
    expect(() => toBinary(ModelProtoSchema, model)).toThrow();
    expect(caught(() => serializeModel(model, 'the model'))).toMatchObject({
      code: 'model-malformed',
      where: 'the model',
      received: expect.stringContaining(named),
    });
  });

  it.each<[string, object]>([
    ['a number as name', { name: 5 }],
    ['text as bytes', { rawData: 'text' }],
    ['text as double', { doubleData: ['one'] }],
  ])('%s', (_, fields) => {
    expect(caught(() => serializeModel(withTensor(fields), 'm')).code).toBe('model-malformed');
  });

  it('more than 2 GiB, before room is made for them', () => {
    const rawData = new Uint8Array(2 ** 29);
    const initializer = Array.from({ length: 5 }, () => createTensor({ rawData }));
    const model = createModel({ graph: createGraph({ initializer }) });
    expect(caught(() => serializeModel(model, 'm')).code).toBe('model-too-large');
  });
});

describe('graphPartsSize', () => {
  it('is how many bytes fields of a graph take', () => {
    fc.assert(
      fc.property(anyMessage(GraphProtoSchema, 4), (message) => {
        const graph = message as ReturnType<typeof createGraph>;
        delete graph.$unknown;
        expect(graphPartsSize(graph, 'g')).toBe(toBinary(GraphProtoSchema, graph).length);
        const { node, initializer } = graph;
        const some = toBinary(GraphProtoSchema, createGraph({ node, initializer }));
        expect(graphPartsSize({ node, initializer }, 'g')).toBe(some.length);
      }),
    );
  });

  it('refuses values that a field cannot hold', () => {
    const initializer = [createTensor({ dims: [2n ** 63n] })];
    expect(caught(() => graphPartsSize({ initializer }, 'g'))).toMatchObject({
      code: 'model-malformed',
      where: 'g',
    });
  });
});
