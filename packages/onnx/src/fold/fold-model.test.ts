import { seededRandom } from '@lowbit/core';
import { describe, expect, test } from 'vitest';
import { buildBytes, type GraphParts } from '../../test/helpers/build-model.js';
import { noise, runModel } from '../../test/helpers/run-model.js';
import { readModel } from '../read/read-model.js';
import { DataType, type NodeProto, type TensorProto } from '../schema/proto.js';
import { makeNode, type NodeParts } from '../graph/make-node.js';
import { makeTensor } from '../graph/make-tensor.js';
import { writeModel } from '../model/write-model.js';
import { foldModel } from './fold-model.js';

const random = seededRandom(5);
const floats = (name: string, dims: readonly number[], from = -1, to = 1): TensorProto => {
  const length = dims.reduce((product, size) => product * size, 1);
  return makeTensor(
    name,
    DataType.FLOAT,
    dims,
    Float32Array.from({ length }, () => from + (to - from) * random()),
  );
};
const integers = (name: string, values: readonly number[]) =>
  makeTensor(name, DataType.INT64, [values.length], values);
const node = (
  op: string,
  inputs: string[],
  output: string,
  attributes: NodeParts['attributes'] = {},
): NodeProto => makeNode({ op, inputs, outputs: [output], attributes });

const pads = { kernel_shape: [3, 3], pads: [1, 1, 1, 1] };
const normalization = (channels: number) => [
  floats('gamma', [channels], 0.5, 2),
  floats('beta', [channels]),
  floats('mean', [channels]),
  floats('variance', [channels], 0.5, 2),
];
const batchNorm = (x: string, y: string) =>
  node('BatchNormalization', [x, 'gamma', 'beta', 'mean', 'variance'], y, { epsilon: { float: 1e-3 } });

interface Case {
  readonly title: string;
  readonly parts: Omit<GraphParts, 'inputs' | 'outputs'>;
  readonly input: readonly number[];
  readonly output: readonly (number | string)[];
  /** Operators that are left. */
  readonly left: readonly string[];
  readonly opset?: number;
}

const image = [1, 6, 5, 4];
const planes = [1, 8, 'h', 'w'];
const cases: Case[] = [
  {
    title: 'batch normalization into a convolution with a bias',
    parts: {
      nodes: [node('Conv', ['x', 'w', 'b'], 'c', pads), batchNorm('c', 'y')],
      initializers: [floats('w', [8, 6, 3, 3]), floats('b', [8]), ...normalization(8)],
    },
    input: image,
    output: planes,
    left: ['Conv'],
  },
  {
    title: 'a bias and a batch normalization into a transposed convolution with groups',
    parts: {
      nodes: [
        node('ConvTranspose', ['x', 'w'], 'c', { kernel_shape: [2, 2], strides: [2, 2], group: 2 }),
        node('Add', ['c', 'b'], 'd'),
        batchNorm('d', 'y'),
      ],
      initializers: [floats('w', [6, 4, 2, 2]), floats('b', [1, 8, 1, 1]), ...normalization(8)],
    },
    input: image,
    output: planes,
    left: ['ConvTranspose'],
  },
  {
    title: 'numbers before and after a convolution',
    parts: {
      nodes: [
        node('Mul', ['three', 'x'], 'a'),
        node('Conv', ['a', 'w'], 'c', pads),
        node('Mul', ['c', 'three'], 'd'),
        node('Sub', ['b', 'd'], 'e'),
        node('Div', ['e', 'channels'], 'f'),
        node('Sub', ['f', 'three'], 'y'),
      ],
      initializers: [
        floats('w', [8, 6, 3, 3]),
        floats('b', [8, 1, 1]),
        floats('channels', [1, 8, 1, 1], 1, 2),
        makeTensor('three', DataType.FLOAT, [1], [3]),
      ],
    },
    input: image,
    output: planes,
    left: ['Conv'],
  },
  {
    title: 'a sum into the bias of a convolution that does not pad, with groups',
    parts: {
      nodes: [
        node('Add', ['x', 'three'], 'a'),
        node('Conv', ['a', 'w'], 'y', { kernel_shape: [3, 3], group: 2 }),
      ],
      initializers: [floats('w', [8, 3, 3, 3]), makeTensor('three', DataType.FLOAT, [], [3])],
    },
    input: image,
    output: planes,
    left: ['Conv'],
  },
  {
    title: 'no sum into the bias of a convolution that pads',
    parts: {
      nodes: [node('Add', ['x', 'three'], 'a'), node('Conv', ['a', 'w'], 'y', pads)],
      initializers: [floats('w', [8, 6, 3, 3]), makeTensor('three', DataType.FLOAT, [], [3])],
    },
    input: image,
    output: planes,
    left: ['Add', 'Conv'],
  },
  {
    title: 'steps after a matrix product into its weights and the sum after it',
    parts: {
      nodes: [
        node('MatMul', ['x', 'w'], 'a'),
        node('Mul', ['a', 'columns'], 'b'),
        node('Add', ['bias', 'b'], 'c'),
        node('Mul', ['c', 'columns'], 'd'),
        node('Sub', ['d', 'bias'], 'y'),
      ],
      initializers: [floats('w', [6, 8]), floats('columns', [8], 1, 2), floats('bias', [8])],
    },
    input: [2, 3, 6],
    output: [2, 3, 8],
    left: ['MatMul', 'Add'],
  },
  {
    title: 'steps after Gemm with a transposed weight',
    parts: {
      nodes: [node('Gemm', ['x', 'w'], 'a', { transB: 1 }), batchNorm('a', 'y')],
      initializers: [floats('w', [8, 6]), ...normalization(8)],
    },
    input: [3, 6],
    output: [3, 8],
    left: ['Gemm'],
  },
  {
    title: 'hard swish with factors into one gate',
    parts: {
      nodes: [
        node('Conv', ['x', 'w'], 'c', pads),
        node('Add', ['c', 'three'], 'a'),
        node('Clip', ['a', 'zero', 'six'], 'k'),
        node('Mul', ['c', 'k'], 'm'),
        node('Div', ['m', 'six'], 'd'),
        node('Mul', ['factor', 'd'], 'y'),
      ],
      initializers: [
        floats('w', [8, 6, 3, 3]),
        makeTensor('three', DataType.FLOAT, [], [3]),
        makeTensor('zero', DataType.FLOAT, [], [0]),
        makeTensor('six', DataType.FLOAT, [], [6]),
        makeTensor('factor', DataType.FLOAT, [1], [-1.7]),
      ],
    },
    input: image,
    output: planes,
    left: ['Conv', 'HardSigmoid', 'Mul'],
  },
  {
    title: 'hard swish of old files, divided by another number',
    parts: {
      nodes: [
        node('Add', ['x', 'three'], 'a'),
        node('Clip', ['a'], 'k', { min: { float: 0 }, max: { float: 6 } }),
        node('Mul', ['k', 'x'], 'm'),
        node('Div', ['m', 'five'], 'y'),
      ],
      initializers: [
        makeTensor('three', DataType.FLOAT, [], [3]),
        makeTensor('five', DataType.FLOAT, [], [5]),
      ],
    },
    input: image,
    output: image,
    left: ['HardSigmoid', 'Mul', 'Mul'],
    opset: 9,
  },
  {
    title: 'weights that are computed from constants',
    parts: {
      nodes: [
        node('Reshape', ['w', 'shape'], 'w1'),
        node('Transpose', ['w1'], 'w2', { perm: [1, 0, 2, 3] }),
        node('Slice', ['w2', 'starts', 'ends', 'axes', 'steps'], 'w3'),
        node('Concat', ['w3', 'w3'], 'w4', { axis: 1 }),
        node('Identity', ['w4'], 'w5'),
        node('Sqrt', ['p'], 'p1'),
        node('Neg', ['p1'], 'p2'),
        node('Unsqueeze', ['p2', 'axis'], 'p3'),
        node('Mul', ['w5', 'p3'], 'w6'),
        makeNode({ op: 'Split', inputs: ['b'], outputs: ['b1', 'b2'], attributes: { axis: 0 } }),
        node('Add', ['b1', 'b2'], 'b3'),
        node('Squeeze', ['b3', 'axis'], 'b4'),
        node('Cast', ['b4'], 'b5', { to: DataType.FLOAT }),
        node('Conv', ['x', 'w6', 'b5'], 'y', pads),
      ],
      initializers: [
        floats('w', [16 * 3 * 9]),
        integers('shape', [3, 16, 3, 3]),
        integers('starts', [-1]),
        integers('ends', [-17]),
        integers('axes', [0]),
        integers('steps', [-2]),
        floats('p', [6, 3, 3], 1, 2),
        integers('axis', [0]),
        makeTensor('b', DataType.INT32, [2, 8], [...Array(16).keys()]),
      ],
    },
    input: image,
    output: planes,
    left: ['Conv'],
  },
];

describe.each(cases)('folds $title', ({ parts, input, output, left, opset = 17 }) => {
  test('and keeps the results', async () => {
    const bytes = buildBytes({ ...parts, inputs: { x: input }, outputs: { y: output } }, { opset });
    const model = readModel(bytes);
    foldModel(model);
    expect(model.proto.graph!.node.map(({ opType }) => opType)).toEqual(left);
    const folded = writeModel(model);
    const feeds = { x: noise(input, seededRandom(1)) };
    const [expected, actual] = [await runModel(bytes, feeds), await runModel(folded, feeds)];
    const values = expected.get('y')!;
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    // A few roundings to float32.
    actual.get('y')!.forEach((value, i) => expect(Math.abs(value - values[i]!)).toBeLessThan(1e-5 * largest));
  });
});

const convolution = (nodes: NodeProto[], more: TensorProto[] = [], outputs = ['y']) =>
  readModel(
    buildBytes({
      nodes,
      initializers: [floats('w', [8, 6, 3, 3]), ...normalization(8), ...more],
      inputs: { x: image },
      outputs: Object.fromEntries(outputs.map((name) => [name, planes])),
    }),
  );

test('leaves a shared weight alone and says so', () => {
  const model = convolution([
    node('Conv', ['x', 'w'], 'c', pads),
    batchNorm('c', 'd'),
    node('Conv', ['x', 'w'], 'e', pads),
    node('Add', ['d', 'e'], 'y'),
  ]);
  expect(foldModel(model)).toEqual({
    folded: {},
    refused: [{ rule: 'affine into weights', node: 'Conv → "c"', reason: 'other nodes use the weights too' }],
  });
});

test('leaves a result alone that is an output of the graph or has several users', () => {
  const output = convolution([node('Conv', ['x', 'w'], 'c', pads), batchNorm('c', 'y')], [], ['c', 'y']);
  expect(foldModel(output).folded).toEqual({});
  const shared = convolution([
    node('Conv', ['x', 'w'], 'c', pads),
    batchNorm('c', 'd'),
    node('Add', ['c', 'd'], 'y'),
  ]);
  expect(foldModel(shared).folded).toEqual({});
});

test('leaves weights alone that whoever runs the model may replace', () => {
  const bytes = buildBytes({
    nodes: [node('Conv', ['x', 'w'], 'c', pads), batchNorm('c', 'y')],
    initializers: [floats('w', [8, 6, 3, 3]), ...normalization(8)],
    inputs: { x: image, w: [8, 6, 3, 3] },
    outputs: { y: planes },
  });
  expect(foldModel(readModel(bytes)).folded).toEqual({});
});

test('what is only called otherwise is stored once', () => {
  const biases = convolution(
    [
      node('Identity', ['b'], 'b1'),
      node('Identity', ['b'], 'b2'),
      node('Conv', ['x', 'w', 'b1'], 'c', pads),
      node('Conv', ['x', 'w', 'b2'], 'd', pads),
      node('Mul', ['c', 'd'], 'y'),
    ],
    [floats('b', [8])],
  );
  expect(foldModel(biases).folded).toEqual({ constants: 2 });
  const { node: nodes, initializer } = biases.proto.graph!;
  expect(nodes.map(({ input }) => input[2])).toEqual(['b', 'b', undefined]);
  expect(initializer.filter(({ dims }) => dims.length === 1)).toHaveLength(5);
});
