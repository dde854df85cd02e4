import { cascade, everywhere, quantize, seededRandom, type Batch } from '@lowbit/core';
import { dynamic, minMax, mse } from '@lowbit/methods';
import * as ort from 'onnxruntime-web';
import { expect, test } from 'vitest';
import { integerWeights, onnx } from '../src/index.js';
import { makeNode } from '../src/graph/make-node.js';
import { makeTensor } from '../src/graph/make-tensor.js';
import { readModel } from '../src/read/read-model.js';
import { DataType } from '../src/schema/proto.js';
import { buildBytes } from './helpers/build-model.js';

ort.env.wasm.numThreads = 1;
const random = seededRandom(16);
const values = (count: number, size = 1) =>
  Float32Array.from({ length: count }, () => size * (random() + random() - 1));

/** A convolution and two products of float16, all with biases but the last. */
function bytesOfHalves(opset: number): Uint8Array {
  const type = DataType.FLOAT16;
  const weight = (name: string, ...dims: number[]) => {
    const count = dims.reduce((product, size) => product * size, 1);
    return makeTensor(name, type, dims, values(count, 0.2));
  };
  return buildBytes(
    {
      nodes: [
        makeNode({
          op: 'Conv',
          name: 'conv',
          inputs: ['x', 'k', 'kb'],
          outputs: ['c'],
          attributes: { pads: [1, 1, 1, 1] },
        }),
        makeNode({ op: 'Relu', inputs: ['c'], outputs: ['r'] }),
        makeNode({ op: 'Flatten', inputs: ['r'], outputs: ['f'], attributes: { axis: 2 } }),
        makeNode({
          op: 'Gemm',
          name: 'gemm',
          inputs: ['f', 'g', 'gb'],
          outputs: ['p'],
          attributes: { transB: 1 },
        }),
        makeNode({ op: 'MatMul', name: 'product', inputs: ['p', 'm'], outputs: ['y'] }),
      ],
      initializers: [
        weight('k', 64, 64, 3, 3),
        weight('kb', 64),
        weight('g', 256, 144),
        weight('gb', 256),
        weight('m', 256, 128),
      ],
      inputs: { x: [1, 64, 12, 12] },
      outputs: { y: [64, 128] },
      types: { x: type, y: type },
    },
    { opset },
  );
}

/** Attention between a table of embeddings and a product with that table, of float16. */
function bytesOfTiedHalves(): Uint8Array {
  const type = DataType.FLOAT16;
  const [com, features] = ['com.microsoft', 64];
  return buildBytes(
    {
      nodes: [
        makeNode({ op: 'Gather', inputs: ['table', 'ids'], outputs: ['e'] }),
        makeNode({
          ...{ op: 'Attention', domain: com, inputs: ['e', 'w', 'b'], outputs: ['h'] },
          attributes: { num_heads: 4 },
        }),
        makeNode({ op: 'Transpose', inputs: ['table'], outputs: ['t'], attributes: { perm: [1, 0] } }),
        makeNode({ op: 'MatMul', inputs: ['h', 't'], outputs: ['y'] }),
      ],
      initializers: [
        makeTensor('table', type, [1024, features], values(1024 * features)),
        makeTensor('w', type, [features, 3 * features], values(3 * features ** 2, 0.2)),
        makeTensor('b', type, [3 * features], values(3 * features, 0.2)),
      ],
      inputs: { ids: [2, 6] },
      outputs: { y: [2, 6, 1024] },
      types: { ids: DataType.INT64, y: type },
    },
    { domains: { [com]: 1 } },
  );
}

const batch = (): Batch => ({ inputs: { x: { shape: [1, 64, 12, 12], data: values(64 * 144) } } });

async function run(bytes: Uint8Array, given: Batch): Promise<Float32Array> {
  for await (const outputs of onnx(bytes, { ort }).run!([given])) return Float32Array.from(outputs.y!.data);
  throw new Error('nothing ran');
}

const decibels = (expected: Float32Array, actual: Float32Array): number => {
  const power = (of: Float32Array) => of.reduce((sum, value) => sum + value ** 2, 0);
  return 10 * Math.log10(power(expected) / power(expected.map((value, at) => value - actual[at]!)));
};

const weights = cascade(everywhere(8), integerWeights(mse({ grid: 'symmetric', levels: 'odd' })));

test.each([
  ['operators', 'fixed', 17],
  ['operators', 'fixed', 11],
  ['operators', 'measured', 17],
  ['qdq', 'fixed', 17],
  ['qdq', 'measured', 11],
] as const)(
  'a model of float16 is computed in integers: %s, %s ranges, opset %i',
  async (integers, ranges, opset) => {
    const halves = bytesOfHalves(opset);
    const port = onnx(halves, { ort, integers });
    const activations = ranges === 'fixed' ? minMax() : dynamic();
    const calibration = ranges === 'fixed' ? await port.observe!([batch(), batch()]) : undefined;
    const recipe = { weights: minMax(), bits: weights, activations, ...(calibration && { calibration }) };
    const { model, report } = await quantize(port, recipe);
    const forms = Object.fromEntries(report.weights.map(({ id, form }) => [id, form]));
    expect(forms).toEqual({ k: 'ConvInteger', g: 'MatMulInteger', m: 'MatMulInteger' });
    const told = report.weights.map(({ storageReason }) => storageReason);
    expect(told.every((reason) => reason.includes('instead of qdq'))).toBe(integers === 'qdq');
    expect(report.weights.filter(({ wanted }) => wanted?.includes('not'))).toEqual([]);
    const given = batch();
    const [expected, actual] = [await run(halves, given), await run(model.bytes, given)];
    expect(decibels(expected, actual)).toBeGreaterThan(30);
    expect(readModel(model.bytes).proto.graph!.output[0]!.type!.value).toMatchObject({
      value: { elemType: DataType.FLOAT16 },
    });
    expect(model.bytes.length).toBeLessThan(0.6 * halves.length);
  },
);

test.each(['fixed', 'measured'] as const)(
  'attention and tied tables of float16 are computed in integers: %s ranges',
  async (ranges) => {
    const halves = bytesOfTiedHalves();
    const port = onnx(halves, { ort, integers: 'operators' });
    const given: Batch = {
      inputs: { ids: { shape: [2, 6], data: [0, 5, 1023, 7, 17, 512, 3, 9, 9, 2, 1, 4] } },
    };
    const calibration = ranges === 'fixed' ? { calibration: await port.observe!([given]) } : {};
    const activations = ranges === 'fixed' ? minMax() : dynamic();
    const { model, report } = await quantize(port, { weights: minMax(), activations, ...calibration });
    const forms = Object.fromEntries(report.weights.map(({ id, form }) => [id, form]));
    expect(forms).toEqual({ w: 'QAttention', table: 'MatMulInteger' });
    const [expected, actual] = [await run(halves, given), await run(model.bytes, given)];
    expect(decibels(expected, actual)).toBeGreaterThan(25);
  },
);
