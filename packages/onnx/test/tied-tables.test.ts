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
import { runModel } from './helpers/run-model.js';

const [entries, features] = [1024, 64];
const random = seededRandom(1);
const matrix = (name: string, rows: number) => {
  const values = Float32Array.from({ length: rows * features }, () => random() - 0.5);
  return makeTensor(name, DataType.FLOAT, [rows, features], values);
};
const node = (op: string, inputs: string[], output: string, attributes = {}) =>
  makeNode({ op, inputs, outputs: [output], attributes });

/** How the output product takes the table. */
const heads: Readonly<Record<string, readonly NodeProto[]>> = {
  'MatMul behind Transpose': [
    node('Transpose', ['table'], 't', { perm: [1, 0] }),
    node('MatMul', ['h', 't'], 'y'),
  ],
  'Gemm with transB': [node('Gemm', ['h', 'table'], 'y', { transB: 1 })],
};

const modelOf = (head: readonly NodeProto[]) =>
  buildBytes({
    nodes: [
      node('Gather', ['table', 'ids'], 'e'),
      node('Gather', ['table', 'others'], 'f'),
      node('Add', ['e', 'f'], 'g'),
      node('MatMul', ['g', 'w'], 'm'),
      node('Tanh', ['m'], 'h'),
      ...head,
    ],
    initializers: [matrix('table', entries), matrix('w', features)],
    inputs: { ids: [6], others: [6] },
    types: { ids: DataType.INT64, others: DataType.INT64 },
    outputs: { y: [6, entries] },
  });

const int64 = (values: readonly number[]) =>
  new ort.Tensor('int64', BigInt64Array.from(values, BigInt), [values.length]);
const feeds = { ids: int64([0, 5, 1023, -1, 17, 512]), others: int64([3, -1024, 7, 9, 900, 1]) };
const batch = {
  inputs: Object.fromEntries(
    Object.entries(feeds).map(([name, { data, dims }]) => [
      name,
      { shape: dims, data: Array.from(data as BigInt64Array, Number) },
    ]),
  ),
};

const tableBytes = (bytes: Uint8Array) => bytes.length / (entries * features);

describe.each(Object.keys(heads))('a table of embeddings that is the output product too, as %s', (kind) => {
  const bytes = modelOf(heads[kind]!);

  const keeps = async (options: OnnxOptions, recipe: object) => {
    const written = await quantize(onnx(bytes, options), { weights: minMax(), ...recipe });
    const [before, after] = [await runModel(bytes, feeds), await runModel(written.model.bytes, feeds)];
    const largest = Math.max(...before.get('y')!.map(Math.abs));
    after.get('y')!.forEach((value, at) => {
      expect(Math.abs(value - before.get('y')![at]!) / largest).toBeLessThan(0.05);
    });
    return written;
  };

  it.each<[string, OnnxOptions, object]>([
    ['floats at run time', {}, {}],
    ['packed groups', { optimize: 'memory' }, { granularity: 'group:32' }],
    ['activations in floats', {}, { activations: dynamic() }],
    ['handed-on integers', { integers: 'qdq' }, { activations: dynamic() }],
  ])('is stored once with %s', async (_, options, recipe) => {
    const { model } = await keeps(options, recipe);
    expect(tableBytes(model.bytes)).toBeLessThan(1.4);
  });

  it.each<[string, object]>([
    ['ranges measured on each run', { activations: dynamic() }],
    ['ranges that are calibrated', { activations: minMax(), data: [batch] }],
  ])('is stored once as the codes of integer products, with %s', async (_, recipe) => {
    const options = { integers: 'operators', ort: ort as never as OrtRuntime } as const;
    const { model, report } = await keeps(options, recipe);
    expect(report.weights.map(({ id, form }) => [id, form])).toEqual(
      expect.arrayContaining([
        ['table', 'MatMulInteger'],
        ['w', 'MatMulInteger'],
      ]),
    );
    expect(tableBytes(model.bytes)).toBeLessThan(1.2);
    const { node: nodes, initializer } = readModel(model.bytes).proto.graph!;
    expect(nodes.filter(({ opType }) => opType === 'MatMulInteger')).toHaveLength(2);
    expect(nodes.filter(({ opType }) => opType === 'Transpose')).toHaveLength(1);
    expect(initializer.map(({ name }) => name)).not.toContain('table');
  });
});

it('a table of which something else is computed too is not stored beside its codes', async () => {
  const bytes = modelOf([...heads['Gemm with transB']!, node('Max', ['table', 'm'], 'z')]);
  const { model, report } = await quantize(onnx(bytes, { integers: 'operators' }), {
    weights: minMax(),
    activations: dynamic(),
  });
  expect(report.weights.find(({ id }) => id === 'table')?.form).toBe('Cast→Mul→Add');
  expect(tableBytes(model.bytes)).toBeLessThan(1.4);
});

describe('a table that a file holds twice, byte by byte the same', () => {
  const modelWith = (
    change: (values: Uint8Array) => void = () => undefined,
    shape = [entries, features],
    head = node('Gemm', ['h', 'copy'], 'y', { transB: 1 }),
  ) => {
    const table = matrix('table', entries);
    const second = makeTensor('copy', DataType.FLOAT, shape, new Float32Array(entries * features));
    second.rawData = table.rawData.slice();
    change(second.rawData);
    return buildBytes({
      nodes: [node('Gather', ['table', 'ids'], 'e'), node('MatMul', ['e', 'w'], 'h'), head],
      initializers: [table, second, matrix('w', features)],
      inputs: { ids: [6] },
      types: { ids: DataType.INT64 },
      outputs: { y: [6, entries] },
    });
  };
  const runs = async (bytes: Uint8Array, options: OnnxOptions = {}, recipe: object = {}) => {
    const { model } = await quantize(onnx(bytes, options), { weights: minMax(), ...recipe });
    const { ids } = feeds;
    const [before, after] = [await runModel(bytes, { ids }), await runModel(model.bytes, { ids })];
    const largest = Math.max(...before.get('y')!.map(Math.abs));
    after.get('y')!.forEach((value, at) => {
      expect(Math.abs(value - before.get('y')![at]!) / largest).toBeLessThan(0.05);
    });
    return tableBytes(model.bytes);
  };

  it('is stored once', async () => {
    expect(await runs(modelWith())).toBeLessThan(1.4);
  });

  it('is stored twice where one value differs by more than a step', async () => {
    const differs = (bytes: Uint8Array) =>
      new DataView(bytes.buffer, bytes.byteOffset).setFloat32(0, 0.1, true);
    expect(await runs(modelWith(differs))).toBeGreaterThan(2);
  });

  it.each<[string, OnnxOptions, object]>([
    ['floats at run time', {}, {}],
    ['one grid', {}, { granularity: 'tensor' }],
    ['activations in floats', {}, { activations: dynamic() }],
  ])(
    'is stored once where the second one is turned, as exporters fold a Transpose, with %s',
    async (_, options, recipe) => {
      const turned = (bytes: Uint8Array) => {
        const [from, to] = [bytes.slice(), new Uint32Array(bytes.buffer, bytes.byteOffset)];
        const values = new Uint32Array(from.buffer);
        for (let i = 0; i < values.length; i++)
          to[(i % features) * entries + Math.floor(i / features)] = values[i]!;
      };
      const bytes = modelWith(turned, [features, entries], node('MatMul', ['h', 'copy'], 'y'));
      expect(await runs(bytes, options, recipe)).toBeLessThan(1.4);
    },
  );

  it('keeps both names, each to be left float', async () => {
    const { report } = await quantize(onnx(modelWith()), { weights: minMax(), exclude: ['copy'] });
    expect(report.weights.map(({ id }) => id)).toEqual(['table', 'w']);
  });
});
