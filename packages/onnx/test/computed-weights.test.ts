import { quantize, seededRandom } from '@lowbit/core';
import { dynamic, minMax } from '@lowbit/methods';
import * as ort from 'onnxruntime-web';
import { describe, expect, it } from 'vitest';
import { skipReasons } from '../src/describe/skip-reasons.js';
import { inspectModel } from '../src/describe/inspect-model.js';
import { makeNode } from '../src/graph/make-node.js';
import { makeTensor } from '../src/graph/make-tensor.js';
import type { OnnxOptions } from '../src/onnx-options.js';
import type { OrtRuntime } from '../src/observe/ort.js';
import { onnx } from '../src/port.js';
import { readModel } from '../src/read/read-model.js';
import { DataType, type NodeProto, type TensorProto } from '../src/schema/proto.js';
import { buildBytes } from './helpers/build-model.js';
import { noise, runModel } from './helpers/run-model.js';

const random = seededRandom(1);
const floats = (name: string, dims: readonly number[], type = DataType.FLOAT) => {
  const length = dims.reduce((product, size) => product * size, 1);
  return makeTensor(
    name,
    type,
    dims,
    Float32Array.from({ length }, () => 0.5 + random()),
  );
};
const integers = (name: string, values: readonly number[]) =>
  makeTensor(name, DataType.INT64, [values.length], values);
const node = (op: string, inputs: string[], output: string, attributes = {}) =>
  makeNode({ op, inputs, outputs: [output], attributes });

const w = floats('w', [48, 64]);
const row = floats('c', [64]);
const scalar = floats('c', []);
const bounds = [0.7, 1.2].map((bound, at) => makeTensor(['low', 'high'][at]!, DataType.FLOAT, [], [bound]));
const mask = makeTensor(
  'mask',
  DataType.BOOL,
  [48, 64],
  Uint8Array.from({ length: 48 * 64 }, (_, at) => Number(at % 3 > 0)),
);
const toFloat = { to: DataType.FLOAT };

/** Nodes that make a weight `v` [48, 64], with their constants. */
const made: Readonly<Record<string, { nodes: readonly NodeProto[]; constants: readonly TensorProto[] }>> = {
  'W · c by channel': { nodes: [node('Mul', ['w', 'c'], 'v')], constants: [w, row] },
  'W · c': { nodes: [node('Mul', ['w', 'c'], 'v')], constants: [w, scalar] },
  'W / c': { nodes: [node('Div', ['w', 'c'], 'v')], constants: [w, scalar] },
  'W / c by channel': { nodes: [node('Div', ['w', 'c'], 'v')], constants: [w, row] },
  'c + W': { nodes: [node('Add', ['c', 'w'], 'v')], constants: [w, row] },
  'W − c, then negated': {
    nodes: [node('Sub', ['w', 'c'], 's'), node('Neg', ['s'], 'v')],
    constants: [w, scalar],
  },
  'a transposed matrix · c': {
    nodes: [node('Transpose', ['w'], 't'), node('Mul', ['t', 'c'], 'v')],
    constants: [floats('w', [64, 48]), row],
  },
  'W · c, transposed': {
    nodes: [node('Mul', ['w', 'c'], 'm'), node('Transpose', ['m'], 'v')],
    constants: [floats('w', [64, 48]), floats('c', [64, 1])],
  },
  'a reshaped constant · c, reshaped': {
    nodes: [
      node('Reshape', ['w', 'first'], 'r'),
      node('Mul', ['r', 'c'], 'm'),
      node('Reshape', ['m', 'second'], 'v'),
    ],
    constants: [
      floats('w', [48 * 64]),
      floats('c', [48, 1, 1]),
      integers('first', [48, 8, 8]),
      integers('second', [48, 64]),
    ],
  },
  'halves that are cast · c': {
    nodes: [node('Cast', ['w'], 'f', toFloat), node('Mul', ['f', 'c'], 'v')],
    constants: [floats('w', [48, 64], DataType.FLOAT16), row],
  },
  'halves · half c, cast': {
    nodes: [node('Mul', ['w', 'c'], 'm'), node('Cast', ['m'], 'v', toFloat)],
    constants: [floats('w', [48, 64], DataType.FLOAT16), floats('c', [64], DataType.FLOAT16)],
  },
  'W · the root of c': {
    nodes: [node('Sqrt', ['c'], 'r'), node('Div', ['w', 'r'], 'v')],
    constants: [w, row],
  },
  'W within bounds': { nodes: [node('Clip', ['w', 'low', 'high'], 'v')], constants: [w, ...bounds] },
  'the root of W': { nodes: [node('Sqrt', ['w'], 'v')], constants: [w] },
  'exp tanh W': { nodes: [node('Tanh', ['w'], 't'), node('Exp', ['t'], 'v')], constants: [w] },
  'a sum of matrices': { nodes: [node('Sum', ['w', 'u', 'w'], 'v')], constants: [w, floats('u', [48, 64])] },
  'W where a mask is true': {
    nodes: [node('Where', ['mask', 'w', 'c'], 'v')],
    constants: [w, scalar, mask],
  },
  'W · a mask that is cast': {
    nodes: [node('Cast', ['mask'], 'm', toFloat), node('Mul', ['w', 'm'], 'v')],
    constants: [w, mask],
  },
  'W + an expanded row': {
    nodes: [
      node('Shape', ['w'], 's'),
      node('Expand', ['c', 's'], 'e'),
      node('ConstantOfShape', ['s'], 'z', { value: { tensor: floats('', [1]) } }),
      node('Sum', ['w', 'e', 'z'], 'v'),
    ],
    constants: [w, row],
  },
  'v · g / ‖v‖': {
    nodes: [
      node('ReduceL2', ['w'], 'n', { axes: [0], keepdims: 1 }),
      node('Div', ['w', 'n'], 'd'),
      node('Mul', ['d', 'c'], 'v'),
    ],
    constants: [w, row],
  },
  'v · g / √Σ v²': {
    nodes: [
      node('Pow', ['w', 'two'], 'p'),
      node('ReduceSum', ['p', 'axes'], 'q', { keepdims: 1 }),
      node('Sqrt', ['q'], 'n'),
      node('Div', ['c', 'n'], 'f'),
      node('Mul', ['w', 'f'], 'v'),
    ],
    constants: [w, row, makeTensor('two', DataType.FLOAT, [], [2]), integers('axes', [0])],
  },
  'W + A·B · c': {
    nodes: [node('MatMul', ['a1', 'b1'], 'p'), node('Mul', ['p', 'c'], 'q'), node('Add', ['w', 'q'], 'v')],
    constants: [w, scalar, floats('a1', [48, 4]), floats('b1', [4, 64])],
  },
  'two matrices side by side': {
    nodes: [node('Concat', ['w1', 'w2'], 'v', { axis: 1 })],
    constants: [floats('w1', [48, 24]), floats('w2', [48, 40])],
  },
  'a matrix of a shape that is computed': {
    nodes: [
      node('Shape', ['c'], 's'),
      node('Concat', ['minus', 's'], 't', { axis: 0 }),
      node('Reshape', ['w', 't'], 'v'),
    ],
    constants: [floats('w', [48 * 64]), row, integers('minus', [-1])],
  },
  'values of nodes': {
    nodes: [node('Constant', [], 'w', { value: { tensor: w } }), node('Mul', ['w', 'c'], 'v')],
    constants: [row],
  },
};

/** Activations are scaled too, on both sides of the product: these nodes stay. */
const modelOf = ({ nodes, constants }: (typeof made)[string]) =>
  buildBytes({
    nodes: [
      ...nodes,
      node('Mul', ['x', 'before'], 'a'),
      node('MatMul', ['a', 'v'], 'b'),
      node('Add', ['b', 'after'], 'y'),
    ],
    initializers: [...constants, floats('before', []), floats('after', [64])],
    inputs: { x: [20, 48] },
    outputs: { y: [20, 64] },
  });

const forms: readonly [string, OnnxOptions, object][] = [
  ['weights alone', {}, {}],
  ['packed weights', { optimize: 'memory' }, { granularity: 'group:16' }],
  ['activations in floats', {}, { activations: minMax() }],
  ['integers', { integers: 'operators' }, { activations: dynamic() }],
];

describe.each(Object.keys(made))('%s is one weight', (kind) => {
  const bytes = modelOf(made[kind]!);

  it.each(forms)('with %s', async (_, options, recipe) => {
    const batch = { inputs: { x: { shape: [20, 48], data: noise([20, 48], seededRandom(2)).data } } };
    const port = onnx(bytes, { ...options, ort: ort as never as OrtRuntime });
    const data = 'activations' in recipe ? { data: [batch as never] } : {};
    const { model, report } = await quantize(port, { weights: minMax(), ...recipe, ...data });
    expect(report.weights.map(({ shape }) => shape.reduce((size, one) => size * one, 1))).toEqual([48 * 64]);
    const feeds = { x: noise([20, 48], seededRandom(2)) };
    const [before, after] = [await runModel(bytes, feeds), await runModel(model.bytes, feeds)];
    const largest = Math.max(...before.get('y')!.map(Math.abs));
    after.get('y')!.forEach((value, at) => {
      expect(Math.abs(value - before.get('y')![at]!) / largest).toBeLessThan(0.02);
    });
    if (options.integers !== undefined) return;
    const ops = readModel(model.bytes).proto.graph!.node.map(({ opType }) => opType);
    expect([ops.at(-1), ops.includes('Mul')]).toEqual(['Add', true]);
  });

  it('to inspect, which leaves the model as it is', () => {
    const model = readModel(bytes);
    const { quantizable, operators } = inspectModel(model);
    expect(quantizable).toHaveLength(1);
    expect(operators.find(({ op }) => op === 'MatMul')?.count).toBe(kind.includes('A·B') ? 2 : 1);
    expect(inspectModel(model)).toEqual(inspectModel(readModel(bytes)));
  });
});

describe('what stays as it is', () => {
  const rest = { inputs: { x: [20, 48] }, outputs: { y: [20, 64] } };
  const left = async (nodes: readonly NodeProto[], initializers: readonly TensorProto[]) => {
    const bytes = buildBytes({ nodes: [...nodes, node('MatMul', ['x', 'v'], 'y')], initializers, ...rest });
    return (await onnx(bytes).layers()).flatMap(({ weights }) => weights.map(({ id }) => id));
  };

  it('a weight that only moves', async () => {
    expect(await left([node('Transpose', ['w'], 'v')], [floats('w', [64, 48])])).toEqual(['w']);
  });

  it('a weight that is decoded from codes', async () => {
    const codes = makeTensor('w', DataType.INT8, [48, 64], new Int8Array(48 * 64).fill(3));
    expect(
      await left([node('Cast', ['w'], 'f', toFloat), node('Mul', ['f', 'c'], 'v')], [codes, row]),
    ).toEqual([]);
  });

  it.each([{}, { integers: 'operators' }] as const)(
    'a weight that is decoded from integers of many bits, with %o',
    async (options) => {
      const codes = makeTensor(
        'w',
        DataType.INT32,
        [48, 64],
        Int32Array.from({ length: 48 * 64 }, (_, at) => at % 200),
      );
      const nodes = [
        node('Cast', ['w'], 'f', toFloat),
        node('Sub', ['f', 'm'], 's'),
        node('Mul', ['s', 'c'], 'v'),
        node('MatMul', ['x', 'v'], 'y'),
      ];
      const bytes = buildBytes({ nodes, initializers: [codes, floats('m', [64]), row], ...rest });
      const layers = await onnx(bytes, options).layers();
      expect(layers.flatMap(({ weights }) => weights)).toEqual([]);
      expect(layers.flatMap(({ skipped = [] }) => skipped.map(({ reason }) => reason))).toContain(
        skipReasons.quantized,
      );
    },
  );

  it('a weight that is decoded from integers of many bits, or from a list of levels', async () => {
    const codes = makeTensor('w', DataType.INT32, [48, 64], new Int32Array(48 * 64).fill(3));
    const scaled = [node('Cast', ['w'], 'f', toFloat), node('Mul', ['f', 'c'], 'v')];
    expect(await left(scaled, [codes, row])).toEqual([]);
    const levels = [node('Gather', ['c', 'w'], 'g'), node('Neg', ['g'], 'v')];
    expect(await left(levels, [codes, row])).toEqual([]);
  });

  it('what would make the file larger, which is told', async () => {
    const nodes = [node('Expand', ['c', 'shape'], 'v'), node('MatMul', ['x', 'v'], 'y')];
    const initializers = [floats('c', [6400]), integers('shape', [48, 6400])];
    const bytes = buildBytes({ nodes, initializers, inputs: { x: [20, 48] }, outputs: { y: [20, 6400] } });
    const [layer] = (await onnx(bytes).layers()).filter(({ op }) => op === 'MatMul');
    expect(layer?.skipped?.map(({ reason }) => reason)).toEqual([
      skipReasons.largerThanConstants('Expand → "v"'),
    ]);
  });

  it('what an operator gives that is not computed beforehand, which is told', async () => {
    const nodes = [node('Det', ['w'], 'd'), node('Mul', ['u', 'd'], 'v'), node('MatMul', ['x', 'v'], 'y')];
    const initializers = [floats('w', [3, 3]), floats('u', [48, 64])];
    const bytes = buildBytes({ nodes, initializers, ...rest });
    const [layer] = (await onnx(bytes).layers()).filter(({ op }) => op === 'MatMul');
    expect(layer?.skipped?.map(({ reason }) => reason)).toEqual([
      skipReasons.unknownStep('Mul → "v"', 'Det'),
    ]);
  });

  it('arithmetic with a value that is given', async () => {
    const scaled = [node('ReduceSum', ['x'], 's', { keepdims: 0 }), node('Mul', ['w', 's'], 'v')];
    expect(await left(scaled, [w])).toEqual([]);
  });

  it('a large constant that others take too', async () => {
    const table = floats('w', [480, 64]);
    const nodes = [
      node('Div', ['w', 'c'], 'v'),
      node('Gather', ['w', 'x'], 'e'),
      node('MatMul', ['e', 't'], 'z'),
      node('Transpose', ['v'], 't'),
    ];
    const bytes = buildBytes({
      nodes: [nodes[0]!, nodes[3]!, nodes[1]!, nodes[2]!],
      initializers: [table, scalar],
      inputs: { x: [4] },
      types: { x: DataType.INT64 },
      outputs: { z: [4, 480] },
    });
    const ids = (await onnx(bytes).layers()).flatMap(({ weights }) => weights.map(({ id }) => id));
    expect(ids).toEqual(['w']);
  });
});
