import { quantize, seededRandom } from '@lowbit/core';
import * as ort from 'onnxruntime-web';
import { describe, expect, test } from 'vitest';
import { onnx } from '../src/port.js';
import { readModel } from '../src/read/read-model.js';
import { DataType } from '../src/schema/proto.js';
import { type AttributeValue, makeNode } from '../src/graph/make-node.js';
import { makeTensor } from '../src/graph/make-tensor.js';
import { buildBytes, buildGraph, type GraphParts } from './helpers/build-model.js';
import { plainMinMax } from './helpers/plain-min-max.js';
import { noise, runModel } from './helpers/run-model.js';

function weight(name: string, dims: readonly number[], type: DataType = DataType.FLOAT) {
  const random = seededRandom(name.length + dims.length);
  const count = dims.reduce((product, size) => product * size, 1);
  return makeTensor(
    name,
    type,
    dims,
    Float32Array.from({ length: count }, () => (2 * random() - 1) / 4),
  );
}

const node = (
  op: string,
  inputs: string[],
  outputs: string[],
  attributes: Record<string, AttributeValue> = {},
) => makeNode({ op, inputs, outputs, attributes });

interface Case {
  readonly title: string;
  readonly parts: GraphParts;
  readonly ids: readonly string[];
  readonly opset?: number;
  readonly feeds?: () => Record<string, ort.Tensor>;
}

const hidden = 32;
const gates = { LSTM: 4, GRU: 3, RNN: 1 };

function recurrent(op: keyof typeof gates, direction: string): Case {
  const directions = direction === 'bidirectional' ? 2 : 1;
  const rows = gates[op] * hidden;
  return {
    title: `${op}, ${direction}`,
    parts: {
      nodes: [node(op, ['x', 'w', 'r'], ['y'], { direction: direction, hidden_size: hidden })],
      initializers: [weight('w', [directions, rows, 24]), weight('r', [directions, rows, hidden])],
      inputs: { x: [5, 2, 24] },
      outputs: { y: [5, directions, 2, hidden] },
    },
    ids: ['w', 'r'],
  };
}

/** The body's own `w` hides the one around it; `v` is taken from around it. */
const loopBody = buildGraph({
  name: 'body',
  nodes: [
    node('MatMul', ['state', 'w'], ['a']),
    node('MatMul', ['a', 'v'], ['next']),
    node('Identity', ['go'], ['still']),
  ],
  initializers: [weight('w', [24, 24])],
  inputs: { i: [], go: [], state: [2, 24] },
  types: { i: DataType.INT64, go: DataType.BOOL, still: DataType.BOOL },
  outputs: { still: [], next: [2, 24] },
});

const scanBody = buildGraph({
  name: 'body',
  nodes: [
    node('MatMul', ['item', 'w'], ['a']),
    node('Add', ['state', 'a'], ['next']),
    node('Identity', ['a'], ['out']),
  ],
  initializers: [weight('w', [24, 24])],
  inputs: { state: [2, 24], item: [2, 24] },
  outputs: { next: [2, 24], out: [2, 24] },
});

const around = { initializers: [weight('w', [24, 24]), weight('v', [24, 24])], inputs: { x: [2, 24] } };

const cases: Case[] = [
  ...(['LSTM', 'GRU', 'RNN'] as const).flatMap((op) =>
    ['forward', 'reverse', 'bidirectional'].map((direction) => recurrent(op, direction)),
  ),
  {
    title: 'a Loop with a shadowed name',
    parts: {
      ...around,
      initializers: [...around.initializers, makeTensor('n', DataType.INT64, [], [3])],
      nodes: [
        node('MatMul', ['x', 'w'], ['h']),
        node('Loop', ['n', '', 'h'], ['y'], { body: { graph: loopBody } }),
      ],
      outputs: { y: [2, 24] },
    },
    ids: ['w', 'Loop_1/body/w', 'v'],
  },
  {
    title: 'a Scan with an initializer of its own',
    parts: {
      ...around,
      initializers: [weight('w', [24, 24])],
      nodes: [
        node('MatMul', ['x', 'w'], ['h']),
        node('Scan', ['h', 'xs'], ['y', 'ys'], { body: { graph: scanBody }, num_scan_inputs: 1 }),
      ],
      inputs: { x: [2, 24], xs: [4, 2, 24] },
      outputs: { y: [2, 24], ys: [4, 2, 24] },
    },
    ids: ['w', 'Scan_1/body/w'],
  },
  {
    title: 'MatMul of three axes on either side',
    parts: {
      nodes: [node('MatMul', ['x', 'b'], ['h']), node('MatMul', ['a', 'h'], ['y'])],
      initializers: [weight('b', [3, 24, 16]), weight('a', [3, 20, 5])],
      inputs: { x: [3, 5, 24] },
      outputs: { y: [3, 20, 16] },
    },
    ids: ['b', 'a'],
  },
  {
    title: 'Gemm with both flags, and a constant on the left',
    parts: {
      nodes: [
        node('Gemm', ['x', 'b'], ['h'], { transB: 1, transA: 1 }),
        node('Gemm', ['a', 'h'], ['y'], { transA: 1 }),
      ],
      initializers: [weight('b', [40, 24]), weight('a', [5, 33])],
      inputs: { x: [24, 5] },
      outputs: { y: [33, 40] },
    },
    ids: ['b', 'a'],
  },
  {
    title: 'ConvTranspose with groups',
    parts: {
      nodes: [node('ConvTranspose', ['x', 'w'], ['y'], { group: 2 })],
      initializers: [weight('w', [8, 6, 3, 3])],
      inputs: { x: [1, 8, 5, 5] },
      outputs: { y: [1, 12, 7, 7] },
    },
    ids: ['w'],
  },
  {
    title: 'a weight of float16',
    parts: {
      nodes: [
        node('Cast', ['x'], ['h'], { to: DataType.FLOAT16 }),
        node('MatMul', ['h', 'w'], ['z']),
        node('Cast', ['z'], ['y'], { to: DataType.FLOAT }),
      ],
      initializers: [weight('w', [48, 40], DataType.FLOAT16)],
      inputs: { x: [2, 48] },
      outputs: { y: [2, 40] },
    },
    ids: ['w'],
  },
  {
    title: 'a shared weight',
    parts: {
      nodes: [node('MatMul', ['x', 'w'], ['h']), node('MatMul', ['h', 'w'], ['y'])],
      initializers: [weight('w', [32, 32])],
      inputs: { x: [2, 32] },
      outputs: { y: [2, 32] },
    },
    ids: ['w'],
  },
  {
    title: 'an attention block behind an embedding',
    parts: {
      nodes: [
        node('Gather', ['table', 'ids'], ['e']),
        ...['q', 'k', 'v'].map((name) => node('MatMul', ['e', `w${name}`], [name])),
        node('Transpose', ['k'], ['kt'], { perm: [0, 2, 1] }),
        node('MatMul', ['q', 'kt'], ['s']),
        node('Softmax', ['s'], ['p'], { axis: -1 }),
        node('MatMul', ['p', 'v'], ['o']),
        node('MatMul', ['o', 'wo'], ['f']),
        node('Transpose', ['table'], ['tt']),
        node('MatMul', ['f', 'tt'], ['y']),
      ],
      initializers: [
        weight('table', [100, 32]),
        ...['wq', 'wk', 'wv', 'wo'].map((name) => weight(name, [32, 32])),
      ],
      inputs: { ids: [1, 6] },
      types: { ids: DataType.INT64 },
      outputs: { y: [1, 6, 100] },
    },
    ids: ['table', 'wq', 'wk', 'wv', 'wo'],
    feeds: () => ({ ids: new ort.Tensor('int64', BigInt64Array.of(1n, 5n, 99n, 0n, 5n, 42n), [1, 6]) }),
  },
];

/** Signal to noise of all outputs together, decibels. */
async function quality(before: Uint8Array, after: Uint8Array, feeds: () => Record<string, ort.Tensor>) {
  const [expected, actual] = [await runModel(before, feeds()), await runModel(after, feeds())];
  let [signal, error] = [0, 0];
  for (const [name, values] of expected) {
    values.forEach((value, i) => {
      signal += value ** 2;
      error += (value - actual.get(name)![i]!) ** 2;
    });
  }
  return 10 * Math.log10(signal / error);
}

describe.each(['speed', 'memory'] as const)('for %s', (optimize) => {
  test.each(cases)('$title', async ({ parts, ids, feeds, opset = 17 }) => {
    const bytes = buildBytes(parts, { opset });
    const given = Object.entries(parts.inputs!);
    const make =
      feeds ??
      (() =>
        Object.fromEntries(given.map(([name, dims]) => [name, noise(dims as number[], seededRandom(2))])));
    for (const granularity of ['channel', 'group:16'] as const) {
      const port = onnx(bytes, { optimize });
      const { model, report } = await quantize(port, { weights: plainMinMax, bits: 8, granularity });
      expect(report.weights.map(({ id }) => id)).toEqual(ids);
      expect(await quality(bytes, model.bytes, make)).toBeGreaterThan(28);
    }
  });
});

test('an initializer that whoever runs the model may replace stays so', async () => {
  const bytes = buildBytes({
    nodes: [node('MatMul', ['x', 'w'], ['h']), node('MatMul', ['h', 'v'], ['y'])],
    initializers: [weight('w', [32, 32]), weight('v', [32, 32])],
    inputs: { x: [2, 32], w: [32, 32] },
    outputs: { y: [2, 32] },
  });
  const { model, report } = await quantize(onnx(bytes), { weights: plainMinMax, bits: 8 });
  expect(report.weights.map(({ id }) => id)).toEqual(['v']);
  expect(report.skipped.find(({ subject }) => subject === 'w')?.reason).toContain('may replace it');
  const { graph } = readModel(model.bytes).proto;
  expect(graph!.input.map(({ name }) => name)).toEqual(['x', 'w']);
  const x = noise([2, 32], seededRandom(4));
  const [before, after] = [await runModel(bytes, { x }), await runModel(model.bytes, { x })];
  after.get('y')!.forEach((value, i) => expect(Math.abs(value - before.get('y')![i]!)).toBeLessThan(0.05));
});
