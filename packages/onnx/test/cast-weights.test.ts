import { quantize, seededRandom, type Batch } from '@lowbit/core';
import { dynamic, minMax, registry } from '@lowbit/methods';
import * as ort from 'onnxruntime-web';
import { expect, test } from 'vitest';
import { makeNode } from '../src/graph/make-node.js';
import { makeTensor } from '../src/graph/make-tensor.js';
import { onnx } from '../src/index.js';
import { readModel } from '../src/read/read-model.js';
import { createGraph, createValueInfo, DataType } from '../src/schema/proto.js';
import { buildBytes } from './helpers/build-model.js';
import { runModel } from './helpers/run-model.js';

ort.env.wasm.numThreads = 1;
const random = seededRandom(4);
const values = (count: number, size = 1) =>
  Float32Array.from({ length: count }, () => size * (random() + random() - 1));

const cast = (from: string, to: string) =>
  makeNode({ op: 'Cast', inputs: [from], outputs: [to], attributes: { to: DataType.FLOAT } });
const half = (name: string, ...dims: number[]) => {
  const count = dims.reduce((product, size) => product * size, 1);
  return makeTensor(name, DataType.FLOAT16, dims, values(count, 0.2));
};

/** Values of float32, and weights and biases of float16 that are cast where they are used: as converters keep files small. */
const bytes = buildBytes({
  nodes: [
    ...['k', 'kb', 'g', 'gb', 'm'].map((name) => cast(name, `${name}32`)),
    makeNode({
      op: 'Conv',
      inputs: ['x', 'k32', 'kb32'],
      outputs: ['c'],
      attributes: { pads: [1, 1, 1, 1] },
    }),
    makeNode({ op: 'Flatten', inputs: ['c'], outputs: ['f'], attributes: { axis: 2 } }),
    makeNode({ op: 'Gemm', inputs: ['f', 'g32', 'gb32'], outputs: ['p'], attributes: { transB: 1 } }),
    makeNode({ op: 'Transpose', inputs: ['m32'], outputs: ['t'], attributes: { perm: [1, 0] } }),
    makeNode({ op: 'MatMul', inputs: ['p', 't'], outputs: ['y'] }),
  ],
  initializers: [
    half('k', 64, 64, 3, 3),
    half('kb', 64),
    half('g', 256, 144),
    half('gb', 256),
    half('m', 128, 256),
  ],
  inputs: { x: [1, 64, 12, 12] },
  outputs: { y: [64, 128] },
});

const batch = (): Batch => ({ inputs: { x: { shape: [1, 64, 12, 12], data: values(64 * 144) } } });
const run = async (model: Uint8Array, { inputs }: Batch) =>
  (
    await runModel(model, {
      x: new ort.Tensor('float32', inputs['x']!.data as Float32Array, [1, 64, 12, 12]),
    })
  ).get('y')!;

test.each([
  ['operators', 'measured', ['ConvInteger', 'MatMulInteger', 'MatMulInteger']],
  ['operators', 'fixed', ['ConvInteger', 'MatMulInteger', 'MatMulInteger']],
  ['qdq', 'fixed', ['QLinearConv', 'QGemm', 'MatMulIntegerToFloat']],
] as const)('weights that are cast become integers: %s, %s ranges', async (integers, ranges, forms) => {
  const port = onnx(bytes, { ort, integers });
  const activations = ranges === 'fixed' ? minMax() : dynamic();
  const calibration = ranges === 'fixed' ? await port.observe!([batch(), batch()]) : undefined;
  const { model, report } = await quantize(port, {
    weights: minMax(),
    activations,
    ...(calibration && { calibration }),
  });
  expect(report.weights.map(({ form }) => form)).toEqual(forms);
  const tensors = readModel(model.bytes).proto.graph!.initializer;
  expect(tensors.filter(({ dataType }) => dataType === DataType.FLOAT16)).toEqual([]);
  const sample = batch();
  const [expected, actual] = [await run(bytes, sample), await run(model.bytes, sample)];
  const power = (of: Float32Array) => of.reduce((sum, value) => sum + value ** 2, 0);
  expect(power(expected) / power(expected.map((value, at) => value - actual[at]!))).toBeGreaterThan(1000);
});

test('weights that stay floats are cast as they were', async () => {
  const { report, model } = await quantize(onnx(bytes, { integers: 'operators' }), {
    weights: minMax(),
    activations: dynamic(),
    include: ['k'],
  });
  expect(report.weights.map(({ id, form }) => [id, form])).toEqual([['k', 'ConvInteger']]);
  const types = readModel(model.bytes).proto.graph!.initializer.filter(({ dims }) => dims.length === 2);
  expect(types.map(({ dataType }) => dataType)).toEqual([DataType.FLOAT16, DataType.FLOAT16]);
});

/** y = b ? x·W : x·V, both cast. */
const chosen = (type: DataType) => {
  const weight = (name: string) => makeTensor(name, type, [48, 16], values(768, 0.3));
  const branch = (name: string, by: string) =>
    createGraph({
      name,
      node: [
        cast(by, `${by}32`),
        makeNode({ op: 'MatMul', inputs: ['x', `${by}32`], outputs: [`${name}_y`] }),
      ],
      initializer: [weight(by)],
      output: [createValueInfo(`${name}_y`, DataType.FLOAT)],
    });
  const attributes = {
    then_branch: { graph: branch('yes', 'w') },
    else_branch: { graph: branch('no', 'v') },
  };
  return buildBytes({
    nodes: [makeNode({ op: 'If', inputs: ['b'], outputs: ['y'], attributes })],
    inputs: { x: ['n', 48], b: [] },
    outputs: { y: ['n', 16] },
    types: { b: DataType.BOOL },
  });
};

test.each([
  ['float16', DataType.FLOAT16, 'auto'],
  ['float16', DataType.FLOAT16, 'nearest'],
  ['bfloat16', DataType.BFLOAT16, 'auto'],
])(
  'with data, a product in a branch is rounded and corrected in the type that it computes in: %s, %i, %s',
  async (_, type, rounding) => {
    // Inputs have means of their own: errors of fitted levels add up to little, which equal ones would not show.
    const data = [1, 0].map((b) => ({
      inputs: {
        x: { shape: [64, 48], data: values(64 * 48).map((value, i) => value / 5 + (i % 48) / 16) },
        b: { shape: [], data: [b] },
      },
    }));
    const port = onnx(chosen(type), { ort });
    const { report } = await quantize(port, {
      registry,
      weights: 'min-max',
      bits: 2,
      rounding,
      correctBiases: true,
      data,
    });
    expect(report.biases?.map(({ form }) => form)).toEqual(['new Add', 'new Add']);
    expect(report.verdict?.outputs?.failure).toBeUndefined();
    expect(report.verdict?.sqnrDb).toBeGreaterThan(5);
  },
);

test.each(['Mul', 'Div', 'Add', 'Sub'])(
  'a matrix of bfloat16 that is cast and changed by %s is one constant',
  async (op) => {
    const one = buildBytes({
      nodes: [
        cast('w', 'w32'),
        makeNode({ op, inputs: ['w32', 'c'], outputs: ['own'] }),
        makeNode({ op: 'MatMul', inputs: ['x', 'own'], outputs: ['y'] }),
      ],
      initializers: [
        makeTensor('w', DataType.BFLOAT16, [64, 64], values(4096, 0.3)),
        makeTensor(
          'c',
          DataType.FLOAT,
          [64],
          values(64).map((value) => value + 2),
        ),
      ],
      inputs: { x: ['n', 64] },
      outputs: { y: ['n', 64] },
    });
    const { report } = await quantize(onnx(one, { ort }), { weights: minMax(), bits: 4 });
    expect(report.weights.map(({ shape }) => shape)).toEqual([[64, 64]]);
    expect(report.verdict?.smaller).toBe(true);
  },
);
