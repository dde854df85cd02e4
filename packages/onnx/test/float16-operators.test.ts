import { seededRandom } from '@lowbit/core';
import { defined } from '@lowbit/core/adapter';
import { expect, test } from 'vitest';
import { type AttributeValue, makeNode } from '../src/graph/make-node.js';
import { makeTensor } from '../src/graph/make-tensor.js';
import { readModel } from '../src/read/read-model.js';
import { createValueInfo, DataType, serializeModel } from '../src/schema/proto.js';
import { buildGraph, buildProto, integers } from './helpers/build-model.js';
import { halved } from './helpers/halved.js';
import { noise, runModel } from './helpers/run-model.js';

const random = seededRandom(20);
const values = (...dims: number[]) => {
  const count = dims.reduce((product, size) => product * size, 1);
  return Float32Array.from({ length: count }, () => 2 * random() - 1);
};
const constant = (name: string, ...dims: number[]) => makeTensor(name, DataType.FLOAT, dims, values(...dims));

interface Sample {
  readonly op: string;
  readonly domain?: string;
  /** Shape of the one input that is given. */
  readonly x: readonly number[];
  /** Inputs behind it. */
  readonly more?: readonly ReturnType<typeof constant>[];
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  readonly opset?: number;
}

const plain = (ops: string, x = [2, 3, 8, 8]): Sample[] => ops.split(' ').map((op) => ({ op, x }));
const withConstant = (ops: string): Sample[] =>
  ops.split(' ').map((op) => ({ op, x: [4, 40], more: [constant('c', 40, 40)] }));
const alike = (ops: string): Sample[] =>
  ops.split(' ').map((op) => ({ op, x: [4, 40], more: [constant('c', 4, 40)] }));

/** Operators that compute in float16, one node each; those that only follow are between two that do. */
const samples: readonly Sample[] = [
  ...plain('LeakyRelu Elu Selu ThresholdedRelu Sigmoid Tanh HardSigmoid HardSwish Erf Softsign'),
  ...plain('Relu Abs Neg Ceil Floor Round Identity Flatten GlobalMaxPool'),
  ...plain('ReduceMax ReduceMin'),
  ...alike('Add Sub Mul Div Sum Mean Min Max'),
  ...withConstant('MatMul Gemm'),
  { op: 'Gelu', x: [4, 40], opset: 20 },
  { op: 'PRelu', x: [2, 3, 8, 8], more: [constant('slope', 3, 1, 1)] },
  { op: 'Einsum', x: [4, 40], more: [constant('c', 40, 40)], attributes: { equation: 'ij,jk->ik' } },
  { op: 'Conv', x: [1, 16, 8, 8], more: [constant('k', 16, 16, 3, 3)] },
  { op: 'ConvTranspose', x: [1, 16, 8, 8], more: [constant('k', 16, 16, 3, 3)] },
  { op: 'AveragePool', x: [1, 3, 8, 8], attributes: { kernel_shape: [2, 2] } },
  { op: 'MaxPool', x: [1, 3, 8, 8], attributes: { kernel_shape: [2, 2] } },
  {
    op: 'Clip',
    x: [4, 4],
    more: [makeTensor('low', DataType.FLOAT, [], [-0.5]), makeTensor('high', DataType.FLOAT, [], [3e38])],
  },
  {
    op: 'Resize',
    x: [1, 3, 8, 8],
    more: [
      makeTensor('roi', DataType.FLOAT, [0], []),
      makeTensor('scales', DataType.FLOAT, [4], [1, 1, 2, 2]),
    ],
  },
  {
    op: 'Upsample',
    x: [1, 3, 8, 8],
    more: [makeTensor('scales', DataType.FLOAT, [4], [1, 1, 2, 2])],
    opset: 9,
  },
  { op: 'Reshape', x: [4, 6], more: [integers('shape', [3, 8])] },
  { op: 'Transpose', x: [4, 6] },
  { op: 'Squeeze', x: [4, 1, 6], more: [integers('axes', [1])] },
  { op: 'Unsqueeze', x: [4, 6], more: [integers('axes', [1])] },
  { op: 'Slice', x: [4, 6], more: [integers('starts', [1]), integers('ends', [3])] },
  { op: 'Expand', x: [1, 6], more: [integers('shape', [4, 6])] },
  { op: 'Tile', x: [4, 6], more: [integers('repeats', [1, 2])] },
  { op: 'Pad', x: [4, 6], more: [integers('pads', [1, 0, 0, 1])] },
  { op: 'Gather', x: [4, 6], more: [integers('indices', [2, 0])] },
  { op: 'Trilu', x: [6, 6] },
  { op: 'DepthToSpace', x: [1, 4, 3, 3], attributes: { blocksize: 2 } },
  { op: 'SpaceToDepth', x: [1, 4, 4, 4], attributes: { blocksize: 2 } },
  { op: 'Concat', x: [4, 6], more: [constant('c', 4, 6)], attributes: { axis: 1 } },
  { op: 'FastGelu', domain: 'com.microsoft', x: [4, 40] },
  { op: 'QuickGelu', domain: 'com.microsoft', x: [4, 40] },
  { op: 'BiasGelu', domain: 'com.microsoft', x: [4, 40], more: [constant('b', 40)] },
  { op: 'FusedMatMul', domain: 'com.microsoft', x: [4, 40], more: [constant('c', 40, 40)] },
];

/** The node between two that compute in float16, so that those that follow do. */
function modelOf({ op, domain, x, more = [], attributes = {}, opset = 17 }: Sample): Uint8Array {
  const inputs = ['t', ...more.map(({ name }) => name)];
  const graph = buildGraph({
    nodes: [
      makeNode({ op: 'Sigmoid', inputs: ['x'], outputs: ['t'] }),
      makeNode({ op, ...defined({ domain }), inputs, outputs: ['u'], attributes }),
      makeNode({ op: 'Tanh', inputs: ['u'], outputs: ['y'] }),
    ],
    initializers: more,
    inputs: { x },
    outputs: {},
  });
  graph.output = [createValueInfo('y', DataType.FLOAT)];
  const domains: Record<string, number> = domain === undefined ? {} : { [domain]: 1 };
  return serializeModel(buildProto(graph, { opset, domains }), 'test');
}

test.each(samples.map((sample) => [sample.op, sample] as const))(
  '%s computes in float16',
  async (op, sample) => {
    const bytes = modelOf(sample);
    const feeds = { x: noise(sample.x, random) };
    const { bytes: half, report } = await halved(bytes);
    expect(report).toMatchObject({ nodes: 3, kept: [] });
    const casts = readModel(half).proto.graph?.node.filter(({ opType }) => opType === 'Cast') ?? [];
    expect(casts).toHaveLength(2);
    const [expected, actual] = [await runModel(bytes, feeds), await runModel(half, feeds)];
    const y = actual.get('y') as Float32Array;
    const difference = Math.max(...(expected.get('y') ?? []).map((value, at) => Math.abs(value - y[at]!)));
    // Of results up to 1, made of sums of up to 144 products each of which is rounded to 11 bits.
    expect(difference, op).toBeLessThan(0.01);
  },
);
