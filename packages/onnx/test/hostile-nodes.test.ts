import { isLowbitError, quantize } from '@lowbit/core';
import { describe, expect, test } from 'vitest';
import { inspectModel } from '../src/describe/inspect-model.js';
import { onnx } from '../src/port.js';
import { readModel } from '../src/read/read-model.js';
import { createTensor, DataType, type NodeProto, utf8 } from '../src/schema/proto.js';
import { type AttributeValue, makeNode } from '../src/graph/make-node.js';
import { makeRawTensor, makeTensor } from '../src/graph/make-tensor.js';
import { buildBytes, buildGraph, counting, type GraphParts } from './helpers/build-model.js';
import { plainMinMax } from './helpers/plain-min-max.js';
import { plainAbsmax, plainDynamic } from './helpers/plain-quantizers.js';

/** Single operators and constants that no exporter writes: each gives a model or a typed error. */
const node = (op: string, inputs: string[], attributes: Record<string, AttributeValue> = {}, output = 'y') =>
  makeNode({ op, inputs, outputs: [output], attributes });
const w = counting('w', [32, 32]);
const kernel = counting('w', [8, 4, 3, 3]);
const parts = (nodes: NodeProto[], initializers = [w], more: Partial<GraphParts> = {}): GraphParts => ({
  nodes,
  initializers,
  inputs: { x: [1, 32] },
  outputs: { y: [1] },
  ...more,
});
const longs = (name: string, values: readonly bigint[]) =>
  createTensor({ name, dims: [BigInt(values.length)], dataType: DataType.INT64, int64Data: [...values] });
const smallest = -(2n ** 63n);
const largest = 2n ** 63n - 1n;
const through = (
  op: string,
  attributes: Record<string, AttributeValue>,
  ...more: ReturnType<typeof longs>[]
) =>
  parts(
    [node(op, ['w', ...more.map(({ name }) => name)], attributes, 'v'), node('MatMul', ['x', 'v'])],
    [w, ...more],
  );

const wholeNumbers: readonly number[] = [0, -1, 3, 2 ** 40, -(2 ** 53), 2 ** 53];
const cases: [string, GraphParts][] = [
  ...wholeNumbers.flatMap((number): [string, GraphParts][] => [
    [`Conv in ${number} groups`, parts([node('Conv', ['x', 'w'], { group: number })], [kernel])],
    [
      `ConvTranspose in ${number} groups`,
      parts([node('ConvTranspose', ['x', 'w'], { group: number })], [kernel]),
    ],
    [`Gather along ${number}`, parts([node('Gather', ['w', 'x'], { axis: number })])],
    [`Concat along ${number}`, through('Concat', { axis: number })],
    [`Split along ${number}`, through('Split', { axis: number })],
    [`Transpose by ${number}`, through('Transpose', { perm: [number, number] })],
    [`Reshape to ${number}`, through('Reshape', {}, longs('s', [BigInt(number), -1n]))],
    [`Squeeze ${number}`, through('Squeeze', {}, longs('s', [BigInt(number)]))],
    [`Unsqueeze ${number}`, through('Unsqueeze', {}, longs('s', [BigInt(number), BigInt(number)]))],
    [`Cast to ${number}`, through('Cast', { to: number })],
    [`Gemm with flags of ${number}`, parts([node('Gemm', ['x', 'w'], { transA: number, transB: number })])],
  ]),
  ['Reshape to nothing', through('Reshape', {}, longs('s', []))],
  ['Reshape to twice the unknown', through('Reshape', {}, longs('s', [-1n, -1n]))],
  ['Reshape to the largest sizes', through('Reshape', {}, longs('s', [largest, largest]))],
  [
    'Slice from end to end of the integers',
    through('Slice', {}, longs('a', [smallest]), longs('b', [largest])),
  ],
  [
    'Slice by the smallest step',
    through('Slice', {}, longs('a', [31n]), longs('b', [smallest]), longs('c', [0n]), longs('d', [smallest])),
  ],
  [
    'Slice by 0',
    through('Slice', {}, longs('a', [0n]), longs('b', [9n]), longs('c', [0n]), longs('d', [0n])),
  ],
  ['Split into parts that do not fit', through('Split', {}, longs('s', [-5n, 37n]))],
  ['Transpose by floats', through('Transpose', { perm: { floats: [1, 0] } })],
  ['groups as text', parts([node('Conv', ['x', 'w'], { group: 'two' })], [kernel])],
  ['groups as a tensor', parts([node('ConvTranspose', ['x', 'w'], { group: { tensor: w } })], [kernel])],
  ['a matrix of one axis', parts([node('MatMul', ['x', 'w'])], [counting('w', [32])])],
  ['a matrix of no axis', parts([node('MatMul', ['x', 'w'])], [counting('w', [])])],
  ['a matrix without rows', parts([node('MatMul', ['x', 'w'])], [counting('w', [0, 32])])],
  ['a kernel without channels', parts([node('ConvTranspose', ['x', 'w'])], [counting('w', [0, 4, 3, 3])])],
  ['a weight times itself', parts([node('MatMul', ['w', 'w'])])],
  ['a table indexed by itself', parts([node('Gather', ['w', 'w'])])],
  [
    'a weight that is the result',
    parts([node('MatMul', ['x', 'w'])], [w], { outputs: { y: [1], w: [32, 32] } }),
  ],
  ['a matrix of text', parts([node('MatMul', ['x', 'w'])], [textTensor('w')])],
  [
    'a matrix of a type that does not exist',
    parts([node('MatMul', ['x', 'w'])], [createTensor({ ...w, dataType: 77 })]),
  ],
  ['a matrix of more values than bytes', parts([node('MatMul', ['x', 'w'])], [cut('w', [64, 64])])],
  ['a matrix of huge sizes', parts([node('MatMul', ['x', 'w'])], [cut('w', [2 ** 31, 2 ** 31])])],
  ['a matrix of negative sizes', parts([node('MatMul', ['x', 'w'])], [cut('w', [-4, -256])])],
  ['an LSTM of three gates', parts([node('LSTM', ['x', 'w', 'w'])], [counting('w', [1, 3, 5])])],
  ['an LSTM without inputs', parts([node('LSTM', [])])],
  ['an operator without a name', parts([node('', ['x', 'w'])])],
  ['Constant of text', fromConstant({ value_string: 'w' })],
  ['Constant of texts', fromConstant({ value_strings: { strings: ['w', 'v'] } })],
  ['Constant of one float', fromConstant({ value_float: { float: 1 } })],
  ['Constant of floats', fromConstant({ value_floats: { floats: [1, 2, 3] } })],
  ['Constant of integers', fromConstant({ value_ints: [1, 2, 3] })],
  ['Constant of nothing', fromConstant({})],
  ['Constant of two things', fromConstant({ value_int: 1, value: { tensor: w } })],
  [
    'Constant of a graph',
    fromConstant({
      value: { graph: buildGraph({ nodes: [node('Relu', ['x'], {}, 'g')], outputs: { g: [1] } }) },
    }),
  ],
];

function textTensor(name: string) {
  return createTensor({
    name,
    dims: [1n, 2n],
    dataType: DataType.STRING,
    stringData: [utf8('a'), utf8('b')],
  });
}

function cut(name: string, dims: readonly number[]) {
  return createTensor({
    name,
    dims: dims.map(BigInt),
    dataType: DataType.FLOAT,
    rawData: new Uint8Array(4096),
  });
}

function fromConstant(attributes: Record<string, AttributeValue>): GraphParts {
  return parts([node('Constant', [], attributes, 'v'), node('MatMul', ['x', 'v'])]);
}

const recipes = [
  { options: {}, recipe: { weights: plainMinMax, bits: 4 } },
  { options: { optimize: 'memory' }, recipe: { weights: plainMinMax, bits: 4, granularity: 'group:16' } },
  {
    options: { integers: 'operators' },
    recipe: { weights: plainAbsmax, bits: 8, activations: plainDynamic },
  },
  { options: { integers: 'qdq' }, recipe: { weights: plainAbsmax, bits: 8, activations: plainDynamic } },
] as const;

async function fate(bytes: Uint8Array, { options, recipe }: (typeof recipes)[number]): Promise<string> {
  try {
    JSON.stringify(inspectModel(readModel(bytes)));
    const { model } = await quantize(onnx(bytes, options), recipe);
    readModel(model.bytes);
    return 'quantized';
  } catch (error) {
    if (isLowbitError(error)) return error.code;
    throw error;
  }
}

describe('a model or a typed error comes from', () => {
  test.each(cases)('%s', async (_title, graph) => {
    for (const opset of [9, 13, 21]) {
      const bytes = buildBytes(graph, { opset });
      const fates: string[] = [];
      for (const recipe of recipes) fates.push(await fate(bytes, recipe));
      expect(fates.every((one) => /^(quantized|nothing-to-quantize|model-malformed)$/.test(one))).toBe(true);
    }
  });
});

/** Small files that ask for much work where constants are folded. */
const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
const heavy: [string, () => GraphParts][] = [
  [
    'a sum of 10¹⁰ values',
    () =>
      parts(
        [node('Add', ['a', 'b'], {}, 'v'), node('MatMul', ['x', 'v'])],
        [counting('a', [100_000, 1]), counting('b', [1, 100_000])],
      ),
  ],
  [
    'a constant joined with itself 100000 times',
    () => {
      const names = times(100_000, () => 'w');
      return parts(
        [node('Concat', names, { axis: 0 }, 'v'), node('MatMul', ['x', 'v'])],
        [counting('w', [4000])],
      );
    },
  ],
  [
    'a constant split into 20000 weights',
    () => {
      const split = makeNode({ op: 'Split', inputs: ['w'], outputs: times(20_000, (i) => `v${i}`) });
      return parts(
        [split, ...times(20_000, (i) => node('MatMul', ['x', `v${i}`], {}, i === 0 ? 'y' : `y${i}`))],
        [counting('w', [20_000, 4])],
      );
    },
  ],
  [
    '3000 cuts from a constant of a million',
    () =>
      parts(
        [
          ...times(3000, (i) => node('Slice', ['w', 'a', 'b'], {}, `v${i}`)),
          ...times(3000, (i) => node('MatMul', ['x', `v${i}`], {}, i === 0 ? 'y' : `y${i}`)),
        ],
        [counting('w', [1000, 1000]), longs('a', [0n]), longs('b', [4n])],
      ),
  ],
];

// What takes more than linear time would end at the guard against hanging.
test.each(heavy)('%s comes to an end', async (_title, make) => {
  const bytes = buildBytes(make(), { opset: 13 });
  expect((await onnx(bytes, { integers: 'qdq' }).layers()).length).toBeGreaterThan(0);
});

test.each([
  ['NaN', DataType.FLOAT, NaN],
  ['an infinity', DataType.FLOAT16, -Infinity],
  ['a double beyond float32', DataType.DOUBLE, 1e300],
] as const)(
  'a sole weight with %s leaves nothing to quantize, and its place is named',
  async (_title, type, value) => {
    const doubles = Float64Array.from({ length: 1024 }, (_, index) => (index === 37 ? value : index / 1024));
    const tensor =
      type === DataType.DOUBLE
        ? makeRawTensor('w', type, [32, 32], new Uint8Array(doubles.buffer))
        : makeTensor('w', type, [32, 32], Float32Array.from(doubles));
    const bytes = buildBytes(parts([node('MatMul', ['x', 'w'])], [tensor]));
    const quantized = quantize(onnx(bytes), { weights: plainMinMax, bits: 8 });
    await expect(quantized).rejects.toMatchObject({ code: 'nothing-to-quantize' });
    await expect(quantized).rejects.toThrow(/w stays float: value 37 /);
  },
);
