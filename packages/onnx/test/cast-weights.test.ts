import { quantize, seededRandom, type Batch } from '@lowbit/core';
import { dynamic, minMax } from '@lowbit/methods';
import * as ort from 'onnxruntime-web';
import { expect, test } from 'vitest';
import { makeNode } from '../src/graph/make-node.js';
import { makeTensor } from '../src/graph/make-tensor.js';
import { onnx } from '../src/index.js';
import { readModel } from '../src/read/read-model.js';
import { DataType } from '../src/schema/proto.js';
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
