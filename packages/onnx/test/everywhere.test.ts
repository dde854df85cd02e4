import { quantize, seededRandom, type QuantizedTensor } from '@lowbit/core';
import * as ort from 'onnxruntime-web';
import { expect, test } from 'vitest';
import { onnx } from '../src/port.js';
import {
  createTensor,
  createValueInfo,
  DataType,
  type NodeProto,
  serializeModel,
  type TensorProto,
} from '../src/schema/proto.js';
import { type AttributeValue, makeNode } from '../src/graph/make-node.js';
import { makeRawTensor, makeTensor } from '../src/graph/make-tensor.js';
import { buildGraph, buildProto, integers } from './helpers/build-model.js';
import { decodedModel, watched } from './helpers/decoded-model.js';
import { plainMinMax } from './helpers/plain-min-max.js';
import { boolean, noise, runModel } from './helpers/run-model.js';

/**
 * One model with a weight in every place where exporters put them. Whatever the width, the granularity, the aim and the
 * versions, it computes what the float model computes with the decoded weights.
 */
const random = seededRandom(5);
const values = (count: number) => Float32Array.from({ length: count }, () => (2 * random() - 1) / 4);
const size = (dims: readonly number[]) => dims.reduce((product, one) => product * one, 1);
const weight = (name: string, dims: readonly number[], type: DataType = DataType.FLOAT): TensorProto =>
  type === DataType.DOUBLE
    ? makeRawTensor(name, type, dims, new Uint8Array(Float64Array.from(values(size(dims))).buffer))
    : makeTensor(name, type, dims, values(size(dims)));
const node = (
  op: string,
  inputs: string[],
  output: string,
  attributes: Record<string, AttributeValue> = {},
): NodeProto => makeNode({ op, inputs, outputs: [output], attributes });
const constant = (name: string, attributes: Record<string, AttributeValue>) =>
  node('Constant', [], name, attributes);

interface Part {
  readonly nodes: readonly NodeProto[];
  readonly constants?: readonly TensorProto[];
  readonly since?: number;
}

/** Axes as an attribute up to opset 12, and as an input from 13. */
const axesNode = (op: string, from: string, to: string, axes: number[], opset: number): Part =>
  opset < 13
    ? { nodes: [node(op, [from], to, { axes })] }
    : { nodes: [node(op, [from, `${to}_axes`], to)], constants: [integers(`${to}_axes`, axes)] };

const endless = (name: string, last: bigint): TensorProto =>
  createTensor({ name, dims: [1n], dataType: DataType.INT64, int64Data: [last] });

function cut(opset: number): Part {
  if (opset < 10)
    return { nodes: [node('Slice', ['long'], 'cut', { starts: [8], ends: [2 ** 53], axes: [0] })] };
  const constants = [integers('cut_from', [8]), endless('cut_to', 2n ** 63n - 1n), integers('cut_axes', [0])];
  return { nodes: [node('Slice', ['long', 'cut_from', 'cut_to', 'cut_axes'], 'cut')], constants };
}

/** A weight of the branch's own (an initializer may hide one around it, a `Constant` node may not) and one from outside. */
const branch = (name: string, own: string, hides: boolean) =>
  buildGraph({
    name,
    initializers: hides ? [weight('plain', [32, 32])] : [],
    nodes: [
      ...(hides ? [] : [constant(own, { value: { tensor: weight('', [32, 32]) } })]),
      node('MatMul', ['x', hides ? 'plain' : own], `${name}_a`),
      node('MatMul', [`${name}_a`, 'shared'], `${name}_b`),
    ],
    outputs: { [`${name}_b`]: [2, 32] },
  });

const outer = (hides: boolean) =>
  buildGraph({
    name: 'outer',
    nodes: [
      node('If', ['go'], 'outer_y', {
        then_branch: { graph: branch('deep', 'first', hides) },
        else_branch: { graph: branch('deeper', 'second', false) },
      }),
    ],
    outputs: { outer_y: [2, 32] },
  });

function allParts(opset: number): readonly Part[] {
  const squeezed = axesNode('Squeeze', 'thick', 'thin', [0], opset);
  const unsqueezed = axesNode('Unsqueeze', 'flat_kernel', 'kernel_1d', [2], opset);
  return [
    { nodes: [node('MatMul', ['x', 'plain'], 'y_plain')], constants: [weight('plain', [32, 32])] },
    {
      nodes: [node('MatMul', ['left', 'xt'], 'y_left'), node('Transpose', ['x'], 'xt')],
      constants: [weight('left', [40, 32])],
    },
    { nodes: [node('MatMul', ['x3', 'batched'], 'y_batched')], constants: [weight('batched', [3, 32, 24])] },
    {
      nodes: [
        node('Gemm', ['xt', 'gemm', 'bias'], 'y_gemm', {
          transA: 1,
          transB: 1,
          alpha: { float: 0.5 },
          beta: { float: 2 },
        }),
      ],
      constants: [weight('gemm', [48, 32]), weight('bias', [48])],
    },
    {
      nodes: [node('Gemm', ['gemm_left', 'xt', 'zero'], 'y_gemm_left', { transA: 1 })],
      constants: [weight('gemm_left', [32, 24]), weight('zero', [1])],
    },
    {
      nodes: [node('Conv', ['image', 'conv'], 'y_conv', { group: 2, pads: [1, 1, 1, 1] })],
      constants: [weight('conv', [16, 4, 3, 3])],
    },
    {
      nodes: [node('Conv', ['image', 'depth'], 'y_depth', { group: 8 })],
      constants: [weight('depth', [16, 1, 5, 5])],
    },
    { nodes: [node('Conv', ['x3', 'conv1d'], 'y_conv1d')], constants: [weight('conv1d', [24, 4, 3])] },
    {
      nodes: [node('ConvTranspose', ['image', 'up'], 'y_up', { group: 4, strides: [2, 2] })],
      constants: [weight('up', [8, 6, 3, 3])],
    },
    {
      nodes: [
        node('LSTM', ['x3', 'lw', 'lr', 'lb'], 'y_lstm', { direction: 'bidirectional', hidden_size: 16 }),
      ],
      constants: [weight('lw', [2, 64, 32]), weight('lr', [2, 64, 16]), weight('lb', [2, 128])],
    },
    {
      nodes: [
        node('GRU', ['x3', 'gw', 'gr'], 'y_gru', {
          direction: 'reverse',
          hidden_size: 16,
          linear_before_reset: 1,
        }),
      ],
      constants: [weight('gw', [1, 48, 32]), weight('gr', [1, 48, 16])],
    },
    {
      nodes: [node('RNN', ['x3', 'rw', 'rr'], 'y_rnn', { hidden_size: 32 })],
      constants: [weight('rw', [1, 32, 32]), weight('rr', [1, 32, 32])],
    },
    { nodes: [node('Gather', ['table', 'ids'], 'y_rows')], constants: [weight('table', [50, 32])] },
    {
      nodes: [node('Gather', ['columns', 'ids'], 'y_columns', { axis: 1 })],
      constants: [weight('columns', [32, 50])],
    },
    {
      nodes: [
        node('Identity', ['turned'], 'same'),
        node('Transpose', ['same'], 'back'),
        node('MatMul', ['x', 'back'], 'y_turned'),
      ],
      constants: [weight('turned', [40, 32])],
    },
    {
      nodes: [node('Reshape', ['flat', 'flat_shape'], 'folded'), node('MatMul', ['x', 'folded'], 'y_flat')],
      constants: [weight('flat', [1280]), integers('flat_shape', [32, -1])],
    },
    {
      nodes: [...squeezed.nodes, node('MatMul', ['x', 'thin'], 'y_squeezed')],
      constants: [weight('thick', [1, 32, 40]), ...(squeezed.constants ?? [])],
    },
    {
      nodes: [...unsqueezed.nodes, node('Conv', ['x3', 'kernel_1d'], 'y_unsqueezed')],
      constants: [weight('flat_kernel', [32, 4]), ...(unsqueezed.constants ?? [])],
    },
    {
      nodes: [
        node('Concat', ['one', 'two'], 'joined', { axis: 1 }),
        node('MatMul', ['x', 'joined'], 'y_joined'),
      ],
      constants: [weight('one', [32, 24]), weight('two', [32, 16])],
    },
    {
      nodes: [...cut(opset).nodes, node('MatMul', ['x', 'cut'], 'y_cut')],
      constants: [weight('long', [40, 32]), ...(cut(opset).constants ?? [])],
    },
    {
      nodes: [
        node('Cast', ['half'], 'whole', { to: DataType.FLOAT }),
        node('MatMul', ['x', 'whole'], 'y_half'),
      ],
      constants: [weight('half', [32, 40], DataType.FLOAT16)],
    },
    {
      nodes: [
        node('Cast', ['x'], 'xd', { to: DataType.DOUBLE }),
        node('MatMul', ['xd', 'double'], 'yd'),
        node('Cast', ['yd'], 'y_double', { to: DataType.FLOAT }),
      ],
      constants: [weight('double', [32, 40], DataType.DOUBLE)],
    },
    {
      nodes: [
        node('MatMul', ['x', 'shared'], 'y_shared'),
        node('Transpose', ['shared'], 'st'),
        node('MatMul', ['x', 'st'], 'y_shared_turned'),
      ],
      constants: [weight('shared', [32, 32])],
    },
    {
      nodes: [
        constant('listed', { value_floats: { floats: [...values(1024)] } }),
        node('Reshape', ['listed', 'square'], 'list'),
        node('MatMul', ['x', 'list'], 'y_listed'),
      ],
      constants: [integers('square', [32, 32])],
      since: 12,
    },
    {
      nodes: [
        node('If', ['go'], 'y_if', {
          then_branch: { graph: branch('then', 'third', opset > 7) },
          else_branch: { graph: outer(opset > 7) },
        }),
      ],
    },
  ];
}

const shapes = { x: [2, 32], x3: [3, 4, 32], image: [1, 8, 9, 9] };

function everywhere(opset: number, ir: number): Uint8Array {
  const parts = allParts(opset).filter(({ since = 7 }) => opset >= since);
  const nodes = parts.flatMap((part) => part.nodes);
  const initializers = parts.flatMap(({ constants = [] }) => constants);
  const outputs = nodes.flatMap(({ output }) => output).filter((name) => name.startsWith('y_'));
  const asInputs =
    ir < 4 ? Object.fromEntries(initializers.map(({ name, dims }) => [name, dims.map(Number)])) : {};
  const inputTypes = Object.fromEntries(initializers.map(({ name, dataType }) => [name, dataType]));
  const graph = buildGraph({
    nodes,
    initializers,
    inputs: { ...shapes, ids: [2, 3], go: [], ...asInputs },
    types: { ids: DataType.INT64, go: DataType.BOOL, ...inputTypes },
    outputs: {},
  });
  graph.output = outputs.map((name) => createValueInfo(name, DataType.FLOAT));
  return serializeModel(buildProto(graph, { opset, ir }), 'everywhere');
}

const feeds = (go: boolean) => ({
  ...Object.fromEntries(
    Object.entries(shapes).map(([name, dims]) => [name, noise(dims, seededRandom(dims.length))]),
  ),
  ids: new ort.Tensor('int64', BigInt64Array.of(0n, 7n, 49n, 3n, 3n, 31n), [2, 3]),
  go: boolean(go),
});

const versions = [
  { opset: 7, ir: 3 },
  { opset: 11, ir: 6 },
  { opset: 13, ir: 8 },
  { opset: 21, ir: 10 },
  { opset: 26, ir: 13 },
];
const granularities = ['tensor', 'channel', 'group:16', 'group:32'] as const;
const widths = [8, 4, 3, 2, 1];

/** Most of the weights are rewritten; one or two are too small to gain. */
const fewestWeights = 27;

/** Widths and granularities in turn: over all versions every pair comes up, for speed and for memory. */
const cases = versions.flatMap((version, row) =>
  widths.map((bits, column) => ({
    ...version,
    bits,
    granularity: granularities[(row + column) % granularities.length]!,
    go: (row + column) % 2 === 0,
  })),
);

test.each(cases)(
  'opset $opset, IR $ir: $bits bits by $granularity',
  async ({ opset, ir, bits, granularity, go }) => {
    const bytes = everywhere(opset, ir);
    for (const optimize of ['speed', 'memory'] as const) {
      const weights = new Map<string, QuantizedTensor>();
      const port = watched(onnx(bytes, { optimize }), weights);
      const { model, report } = await quantize(port, { weights: plainMinMax, bits, granularity });
      const rewritten = new Set(report.weights.map(({ id }) => id));
      for (const id of weights.keys()) if (!rewritten.has(id)) weights.delete(id);
      expect(rewritten.size).toBeGreaterThanOrEqual(fewestWeights);
      const packed = report.weights.filter(({ form }) => form === 'MatMulNBits').map(({ id }) => id);
      const wide = new Set(packed);
      const expected = await runModel(decodedModel(bytes, weights, optimize, wide), feeds(go));
      const actual = await runModel(model.bytes, feeds(go));
      const wrong = [...expected].filter(([name, values]) => !isClose(actual.get(name)!, values));
      expect(wrong.map(([name]) => `${name} for ${optimize}`)).toEqual([]);
    }
  },
);

/** Up to the order of sums in float32. */
function isClose(actual: Float32Array, expected: Float32Array): boolean {
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return expected.every((value, i) => Math.abs(value - actual[i]!) <= 1e-4 * largest);
}
