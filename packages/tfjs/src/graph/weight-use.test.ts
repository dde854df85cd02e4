import { quantize, type WeightDescriptor } from '@lowbit/core';
import { joinBytes, sizeOf } from '@lowbit/core/adapter';
import { artifactWeights, expandWeight, plainWeight } from '@lowbit/tfjs-format';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import '../../test/backends.js';
import { convolving, fused, graphBuilder, type GraphBuilder } from '../../test/graphs.js';
import { grid } from '../../test/quantizers.js';
import { graphModel } from '../index.js';

import { loadGraph } from './index.js';
type Case = readonly [title: string, input: readonly number[], build: (b: GraphBuilder, x: string) => string];

const noActivation = { ...fused, fused_ops: { list: { s: [] } }, num_args: { i: '0' } } as typeof fused;

/** Each builds one operator with the weight `w`; channels are the last axis of the output unless said otherwise. */
const cases: readonly Case[] = [
  [
    'Conv2D',
    [1, 5, 5, 3],
    ({ node, weight }, x) => node('Conv2D', 'y', [x, weight('w', [2, 2, 3, 4])], convolving),
  ],
  [
    '_FusedConv2D',
    [1, 5, 5, 3],
    ({ node, weight }, x) =>
      node('_FusedConv2D', 'y', [x, weight('w', [2, 2, 3, 4])], { ...convolving, ...noActivation }),
  ],
  [
    'Conv2DBackpropInput',
    [1, 4, 4, 3],
    ({ node, weight, integers }, x) =>
      node(
        'Conv2DBackpropInput',
        'y',
        [integers('size', [1, 5, 5, 4]), weight('w', [2, 2, 4, 3]), x],
        convolving,
      ),
  ],
  [
    'DepthwiseConv2dNative',
    [1, 5, 5, 3],
    ({ node, weight }, x) => node('DepthwiseConv2dNative', 'y', [x, weight('w', [2, 2, 3, 2])], convolving),
  ],
  ['MatMul', [2, 3], ({ node, weight }, x) => node('MatMul', 'y', [x, weight('w', [3, 4])])],
  [
    'MatMul, transposed',
    [2, 3],
    ({ node, weight }, x) => node('MatMul', 'y', [x, weight('w', [4, 3])], { transpose_b: { b: true } }),
  ],
  [
    '_FusedMatMul, transposed',
    [2, 3],
    ({ node, weight }, x) =>
      node('_FusedMatMul', 'y', [x, weight('w', [4, 3])], { ...noActivation, transpose_b: { b: true } }),
  ],
  [
    'BatchMatMulV2',
    [2, 5, 3],
    ({ node, weight }, x) => node('BatchMatMulV2', 'y', [x, weight('w', [2, 3, 4])]),
  ],
  [
    'BatchMatMul, adjoint',
    [2, 5, 3],
    ({ node, weight }, x) => node('BatchMatMul', 'y', [x, weight('w', [2, 4, 3])], { adj_y: { b: true } }),
  ],
];

/** For the first operand the outputs are rows: they are turned into columns to be compared alike. */
const firstOperand: readonly Case[] = [
  [
    'MatMul, weight first',
    [3, 2],
    ({ node, weight, integers }, x) =>
      node('Transpose', 'y', [node('MatMul', 'm', [weight('w', [4, 3]), x]), integers('p', [1, 0])]),
  ],
  [
    'MatMul, weight first and transposed',
    [3, 2],
    ({ node, weight, integers }, x) =>
      node('Transpose', 'y', [
        node('MatMul', 'm', [weight('w', [3, 4]), x], { transpose_a: { b: true } }),
        integers('p', [1, 0]),
      ]),
  ],
];

/** The output channel that a value belongs to: row-major over the output axes, but for the axis that numbers matrices. */
function channelOf(index: number, { shape, outputAxes }: WeightDescriptor): number {
  const axes = outputAxes.filter((axis) => shape.length !== 3 || axis > 0);
  const place = (axis: number) => Math.floor(index / sizeOf(shape.slice(axis + 1))) % shape[axis]!;
  return axes.reduce((channel, axis) => channel * shape[axis]! + place(axis), 0);
}

/** The artifacts with every value of one output channel of the weight set to 0. */
function withoutChannel(artifacts: tf.io.ModelArtifacts, weight: WeightDescriptor, channel: number) {
  const stored = artifactWeights(artifacts, 'test').map((each) => {
    if (each.spec.name !== weight.id) return each;
    const values = expandWeight(each, 'test').map((value, i) =>
      channelOf(i, weight) === channel ? 0 : value,
    );
    return plainWeight(each.spec.name, each.spec.shape, values, 'float32');
  });
  return { ...artifacts, weightData: joinBytes(stored.map(({ bytes }) => bytes)).buffer as ArrayBuffer };
}

/** The channels, along the last axis of the output, that are 0 everywhere. */
async function zeroChannels(artifacts: tf.io.ModelArtifacts, shape: readonly number[]): Promise<number[]> {
  const model = await loadGraph(artifacts);
  const output = model.predict(tf.fill([...shape], 0.7)) as tf.Tensor;
  const values = await output.data();
  const count = output.shape.at(-1)!;
  tf.dispose(output);
  model.dispose();
  return Array.from({ length: count }, (_, channel) => channel).filter((channel) =>
    values.every((value, i) => i % count !== channel || value === 0),
  );
}

it.each([...cases, ...firstOperand])(
  '%s: an output channel of the weight is one of the output',
  async (title, shape, build) => {
    await tf.setBackend('cpu');
    const builder = graphBuilder();
    const artifacts = builder.artifacts(build(builder, builder.input('x', shape)));
    const [weight] = (await graphModel(artifacts).layers()).flatMap(({ weights }) => weights);
    expect(await zeroChannels(artifacts, shape)).toEqual([]);
    for (const channel of [0, 2])
      expect(await zeroChannels(withoutChannel(artifacts, weight!, channel), shape)).toEqual([channel]);
    // Every other axis is summed over: one of them is named as the input's, unless channels do not mix.
    expect(weight!.inputAxis === undefined).toBe(title === 'DepthwiseConv2dNative');
    expect(weight!.outputAxes).not.toContain(weight!.inputAxis);
  },
);

it.each([
  [[7, 3], 0, { outputAxes: [0], inputAxis: 1 }],
  [[3, 7], 1, { outputAxes: [1], inputAxis: 0 }],
  [[7, 3, 5], 0, { outputAxes: [0], inputAxis: 2 }],
  [[2, 7, 5], 1, { outputAxes: [1], inputAxis: 2 }],
  [[2, 5, 7], -1, { outputAxes: [2], inputAxis: 1 }],
])(
  'a table of shape %o, gathered along axis %i, owns its slices, and computes with their levels',
  async (shape, axis, axes) => {
    await tf.setBackend('cpu');
    const { input, node, weight, integers, artifacts } = graphBuilder();
    const numbers = input('x', [2], 'DT_INT32');
    const made = artifacts(
      node('GatherV2', 'y', [weight('w', shape), numbers, integers('axis', [axis], [])]),
    );
    const port = graphModel(made);
    const [layer] = await port.layers();
    expect(layer!.weights[0]).toMatchObject({ kernel: 'embedding', ...axes });
    const { model, report } = await quantize(port, { weights: grid, bits: 3 });
    expect(report.weights.map(({ id, sizes }) => [id, sizes.stored < sizes.float])).toEqual([['w', true]]);
    const levels = expandWeight(
      artifactWeights(model, 'test').find(({ spec }) => spec.name === 'w')!,
      'test',
    );
    const graph = await loadGraph(model);
    const [rows, table] = [tf.tensor1d([6, 2], 'int32'), tf.tensor(levels, [...shape])];
    const [found, expected] = [graph.predict(rows) as tf.Tensor, tf.gather(table, rows, axis)];
    expect(await found.data()).toEqual(await expected.data());
    expect(new Set(levels).size).toBeGreaterThan(3);
    tf.dispose([rows, table, found, expected]);
    graph.dispose();
  },
);

it('a table with batch dimensions, or along an axis that is computed, stays float, with a reason', async () => {
  for (const [batched, isComputed] of [
    ['1', false],
    ['0', true],
  ] as const) {
    const { input, node, weight, integers, artifacts } = graphBuilder();
    const numbers = input('x', [2, 2], 'DT_INT32');
    const axis = isComputed ? input('axis', [], 'DT_INT32') : integers('axis', [1], []);
    const y = node('GatherV2', 'y', [weight('w', [2, 7]), numbers, axis], { batch_dims: { i: batched } });
    const [layer] = await graphModel(artifacts(y)).layers();
    expect(layer!.skipped?.[0]?.reason).toContain('axes of what GatherV2 reads are not known');
  }
});

it('a weight that stays float and is no number is told', async () => {
  const { input, node, weight, artifacts } = graphBuilder();
  const product = node('MatMul', 'product', [input('x', [2, 3]), weight('w', [3, 4])]);
  const made = artifacts(node('BiasAdd', 'y', [product, weight('bias', [4])]));
  const stored = artifactWeights(made, 'test').map((each) =>
    each.spec.name === 'bias' ? plainWeight('bias', [4], Float32Array.of(1, 2, NaN, 4), 'float32') : each,
  );
  const broken = { ...made, weightData: joinBytes(stored.map(({ bytes }) => bytes)).buffer as ArrayBuffer };
  const { report } = await quantize(graphModel(broken), { weights: grid, bits: 8 });
  expect(report.warnings).toContainEqual(expect.stringContaining('bias: value 2 of 4 is NaN'));
  expect((await quantize(graphModel(made), { weights: grid, bits: 8 })).report.warnings).not.toContainEqual(
    expect.stringContaining('bias'),
  );
});

it('weights in functions are described; those handed to one are reported', async () => {
  const { input, node, weight, artifacts } = graphBuilder();
  const loop = node('StatelessWhile', 'loop', [input('x', [1, 3]), weight('handed', [3, 3])]);
  weight('inside', [3, 3]);
  weight('nowhere', [3, 3]);
  const body = {
    signature: { name: 'body' },
    nodeDef: [
      { name: 'inside', op: 'Const' },
      { name: 'product', op: 'MatMul', input: ['state', 'inside:output:0', '^state'] },
    ],
  };
  const layers = await graphModel(artifacts(loop, [body])).layers();
  expect(layers.map(({ id, weights, skipped }) => [id, weights[0]?.id, skipped?.[0]?.reason])).toEqual([
    ['loop', undefined, expect.stringContaining('control flow hands it to a function')],
    ['body/product', 'inside', undefined],
    ['nowhere', undefined, expect.stringContaining('no node of the graph reads it')],
  ]);
});
