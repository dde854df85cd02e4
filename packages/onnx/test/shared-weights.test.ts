import { quantize, seededRandom } from '@lowbit/core';
import { dynamic, minMax } from '@lowbit/methods';
import * as ort from 'onnxruntime-web';
import { describe, expect, it } from 'vitest';
import { makeNode } from '../src/graph/make-node.js';
import { makeTensor } from '../src/graph/make-tensor.js';
import type { OnnxOptions } from '../src/onnx-options.js';
import type { OrtRuntime } from '../src/observe/ort.js';
import { onnx } from '../src/port.js';
import { readModel } from '../src/read/read-model.js';
import { DataType, type NodeProto } from '../src/schema/proto.js';
import { buildBytes } from './helpers/build-model.js';
import { noise, runModel } from './helpers/run-model.js';

const size = 128;
const random = seededRandom(1);
const matrix = (name: string) => {
  const values = Float32Array.from({ length: size * size }, () => (random() - 0.5) / 4);
  return makeTensor(name, DataType.FLOAT, [size, size], values);
};
const node = (op: string, inputs: string[], output: string, attributes = {}) =>
  makeNode({ op, inputs, outputs: [output], attributes });

const modelOf = (nodes: readonly NodeProto[]) =>
  buildBytes({
    nodes,
    initializers: [matrix('w'), makeTensor('shape', DataType.INT64, [2], [-1, size])],
    inputs: { x: [64, size], z: [64, size] },
    outputs: { y: [64, size] },
  });

const both: Readonly<Record<string, readonly NodeProto[]>> = {
  'one after the other, as layers that share their weights': [
    node('MatMul', ['x', 'w'], 'a'),
    node('Tanh', ['a'], 'b'),
    node('MatMul', ['b', 'w'], 'y'),
  ],
  'side by side, as twin networks': [
    node('MatMul', ['x', 'w'], 'a'),
    node('MatMul', ['z', 'w'], 'b'),
    node('Sub', ['a', 'b'], 'y'),
  ],
  'of one value, as Gemm with transB': [
    node('Gemm', ['x', 'w'], 'a', { transB: 1 }),
    node('Gemm', ['z', 'w'], 'b', { transB: 1 }),
    node('Gemm', ['x', 'w'], 'c', { transB: 1 }),
    node('Mul', ['a', 'b'], 'd'),
    node('Add', ['c', 'd'], 'y'),
  ],
  'one of them behind Identity, as PyTorch exports layers that are shared': [
    node('Identity', ['w'], 'i'),
    node('MatMul', ['x', 'w'], 'a'),
    node('MatMul', ['a', 'i'], 'y'),
  ],
  'behind chains that change nothing': [
    node('Identity', ['w'], 'i'),
    node('Identity', ['i'], 'j'),
    node('Cast', ['i'], 'k', { to: DataType.FLOAT }),
    node('Reshape', ['k', 'shape'], 'l'),
    node('Transpose', ['j'], 'm', { perm: [0, 1] }),
    node('MatMul', ['x', 'w'], 'a'),
    node('MatMul', ['a', 'l'], 'b'),
    node('MatMul', ['z', 'm'], 'c'),
    node('Sub', ['b', 'c'], 'y'),
  ],
};

const feeds = { x: noise([64, size], seededRandom(5)), z: noise([64, size], seededRandom(6)) };
const batch = {
  inputs: Object.fromEntries(
    Object.entries(feeds).map(([name, { data }]) => [
      name,
      { shape: [64, size], data: data as Float32Array },
    ]),
  ),
};

async function written(bytes: Uint8Array, options: OnnxOptions, recipe: object = { activations: dynamic() }) {
  const port = onnx(bytes, { ...options, ort: ort as never as OrtRuntime });
  const result = await quantize(port, { weights: minMax(), ...recipe, data: [batch] } as never);
  const [before, after] = [await runModel(bytes, feeds), await runModel(result.model.bytes, feeds)];
  const power = (values: Float32Array) => values.reduce((sum, value) => sum + value ** 2, 0);
  const error = before.get('y')!.map((value, at) => value - after.get('y')![at]!);
  expect(power(error) / power(before.get('y')!)).toBeLessThan('bits' in recipe ? 0.1 : 0.001);
  const ops = readModel(result.model.bytes).proto.graph!.node.map(({ opType }) => opType);
  return { ...result, ops };
}

describe.each(Object.keys(both))('a weight of several products, %s', (kind) => {
  const nodes = both[kind]!;
  const bytes = modelOf(nodes);
  const products = nodes.filter(({ opType }) => opType === 'MatMul' || opType === 'Gemm').length;

  it.each([
    ['ranges that are measured on each run', dynamic()],
    ['fixed ranges', minMax()],
  ])('is multiplied in integers that are stored once, with %s', async (_, activations) => {
    for (const integers of ['operators', 'faster'] as const) {
      const { model, report, ops } = await written(bytes, { integers }, { activations });
      expect(report.weights).toMatchObject([
        {
          id: 'w',
          form: 'MatMulInteger',
          storageReason: expect.stringContaining(
            `${products} products take the same codes, which are stored once`,
          ),
        },
      ]);
      expect(ops.filter((op) => op === 'MatMulInteger')).toHaveLength(products);
      expect(model.bytes.length).toBeLessThan(1.5 * size * size);
    }
  });

  it('is multiplied packed where it stays so, stored once', async () => {
    const recipe = { bits: 4, granularity: 'group:32' };
    const { model, report, ops } = await written(bytes, { optimize: 'memory' }, recipe);
    expect(report.weights.map(({ id, form }) => [id, form])).toEqual([['w', 'MatMulNBits']]);
    expect(ops.filter((op) => op === 'MatMulNBits')).toHaveLength(products);
    expect(model.bytes.length).toBeLessThan(0.9 * size * size);
  });

  it('stays float where integers are handed on, and the report says why', async () => {
    const { report } = await written(bytes, { integers: 'qdq' });
    expect(report.weights[0]?.form).not.toBe('MatMulInteger');
    expect(report.weights[0]?.storageReason).toContain('the weight is used by several operators');
  });
});

describe('a weight of several operators stays float', () => {
  it('where one of them multiplies it from the other side', async () => {
    const nodes = [node('MatMul', ['x', 'w'], 'a'), node('Gemm', ['a', 'w'], 'y', { transB: 1 })];
    const { report, ops } = await written(modelOf(nodes), { integers: 'operators' });
    expect(ops).not.toContain('MatMulInteger');
    expect(report.weights[0]?.storageReason).toContain('the weight is used by several operators');
    const recipe = { bits: 4, granularity: 'group:32' };
    const packed = await written(modelOf(nodes), { optimize: 'memory' }, recipe);
    expect(packed.report.weights[0]?.storageReason).toContain('this matrix is taken otherwise too');
  });

  it.each([
    ['it is turned for one of them', [node('Transpose', ['w'], 'v', { perm: [1, 0] })]],
    ['it has another shape for one of them', [node('Reshape', ['w', 'shape'], 'v')]],
    ['something else is computed of it too', [node('Mul', ['w', 'z'], 'v')]],
  ])('where %s, and is stored once', async (_, nodes) => {
    for (const rows of [32, 96]) {
      const w = makeTensor(
        'w',
        DataType.FLOAT,
        [rows, rows],
        noise([rows, rows], random).data as Float32Array,
      );
      const bytes = buildBytes({
        nodes: [
          ...nodes,
          node('MatMul', ['x', 'w'], 'a'),
          node('Tanh', ['a'], 'b'),
          node('MatMul', ['b', 'v'], 'y'),
        ],
        initializers: [w, makeTensor('shape', DataType.INT64, [2], [rows, -1])],
        inputs: { x: [64, rows], z: [rows] },
        outputs: { y: [64, rows] },
      });
      const quantized = await quantize(onnx(bytes, { integers: 'operators' }), {
        weights: minMax(),
        activations: dynamic(),
      });
      const { model, report } = quantized;
      expect(report.modelBytes.after).toBeLessThan(rows ** 2 + 64 * rows);
      const given = { x: noise([64, rows], seededRandom(5)), z: noise([rows], seededRandom(6)) };
      const [before, after] = [await runModel(bytes, given), await runModel(model.bytes, given)];
      const largest = Math.max(...before.get('y')!.map(Math.abs));
      after.get('y')!.forEach((value, at) => {
        expect(Math.abs(value - before.get('y')![at]!) / largest).toBeLessThan(0.05);
      });
    }
  });

  it('where one of them has a bias that is computed, and the reason is that', async () => {
    const nodes = [node('MatMul', ['x', 'w'], 'a'), node('Gemm', ['z', 'w', 'a'], 'y')];
    const { report, ops } = await written(modelOf(nodes), { integers: 'operators' });
    expect(ops).not.toContain('MatMulInteger');
    expect(report.weights[0]?.storageReason).toContain('its bias is not a constant');
  });
});
