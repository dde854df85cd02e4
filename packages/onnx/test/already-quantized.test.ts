import { quantize } from '@lowbit/core';
import { expect, test } from 'vitest';
import { describeModel } from '../src/describe/describe-model.js';
import { inspectModel } from '../src/describe/inspect-model.js';
import { skipReasons } from '../src/describe/skip-reasons.js';
import { onnx } from '../src/port.js';
import { readModel } from '../src/read/read-model.js';
import { DataType } from '../src/schema/proto.js';
import { makeNode, type NodeParts } from '../src/graph/make-node.js';
import { makeTensor } from '../src/graph/make-tensor.js';
import { buildBytes, buildModel, counting } from './helpers/build-model.js';
import { plainMinMax } from './helpers/plain-min-max.js';

const codes = makeTensor('codes', DataType.UINT8, [64, 64], new Uint8Array(64 * 64));
const scale = makeTensor('scale', DataType.FLOAT, [], [0.5]);
const zero = makeTensor('zero', DataType.UINT8, [], [1]);
const table = counting('w', [64, 64]);

const node = (op: string, inputs: string[], output: string, domain = '') =>
  ({ op, inputs, outputs: [output], ...(domain === '' ? {} : { domain }) }) satisfies NodeParts;
const matMul = (weight: string) => node('MatMul', ['x', weight], 'y');

const cases: [string, NodeParts[], string, string?][] = [
  ['QDQ', [node('DequantizeLinear', ['codes', 'scale', 'zero'], 'd'), matMul('d')], 'DequantizeLinear × 1'],
  [
    'QDQ of a float weight',
    [
      node('QuantizeLinear', ['w', 'scale', 'zero'], 'q'),
      node('DequantizeLinear', ['q', 'scale', 'zero'], 'd'),
      matMul('d'),
    ],
    'QuantizeLinear × 1, DequantizeLinear × 1',
  ],
  [
    'integer operators',
    [
      { op: 'DynamicQuantizeLinear', inputs: ['x'], outputs: ['xq', 'xs', 'xz'] },
      node('MatMulInteger', ['xq', 'codes', 'xz', 'zero'], 'i'),
      node('ConvInteger', ['xq', 'codes'], 'y'),
    ],
    'DynamicQuantizeLinear × 1, MatMulInteger × 1, ConvInteger × 1',
  ],
  ['QLinear', [node('QLinearMatMul', ['x', 'scale', 'zero', 'codes'], 'y')], 'QLinearMatMul × 1'],
  [
    'packed weights',
    [
      node('MatMulNBits', ['x', 'codes', 'scale'], 'a', 'com.microsoft'),
      node('GatherBlockQuantized', ['codes', 'x', 'scale'], 'b', 'com.microsoft'),
      node('MatMulBnb4', ['x', 'codes', 'scale'], 'y', 'com.microsoft'),
    ],
    'com.microsoft.MatMulNBits × 1, com.microsoft.GatherBlockQuantized × 1, com.microsoft.MatMulBnb4 × 1',
    'com.microsoft',
  ],
  [
    'QONNX',
    [node('Quant', ['w', 'scale', 'scale', 'scale'], 'd', 'qonnx.custom_op.general'), matMul('d')],
    'qonnx.custom_op.general.Quant × 1',
    'qonnx.custom_op.general',
  ],
  [
    'Brevitas',
    [node('Quant', ['w', 'scale', 'scale', 'scale'], 'd', 'onnx.brevitas'), matMul('d')],
    'onnx.brevitas.Quant × 1',
    'onnx.brevitas',
  ],
];

test.each(cases)('%s is left alone, and said so', (_, parts, sentence, domain) => {
  const used = new Set(parts.flatMap(({ inputs }) => inputs));
  const model = buildModel(
    {
      nodes: parts.map(makeNode),
      initializers: [codes, scale, zero, table].filter(({ name }) => used.has(name)),
      inputs: { x: [2, 64] },
      outputs: { y: [2, 64] },
    },
    { domains: domain === undefined ? {} : { [domain]: 1 } },
  );
  const { sites, layers } = describeModel(model);
  expect(sites).toEqual([]);
  expect(inspectModel(model).alreadyQuantized).toBe(
    `parts of the model are quantized already and stay as they are: ${sentence}`,
  );
  const reasons = layers.flatMap(({ skipped }) => skipped.map(({ reason }) => reason));
  const known: string[] = [skipReasons.quantizedOperator, skipReasons.quantized];
  expect(reasons.filter((reason) => !known.includes(reason))).toEqual([]);
});

test.each(['speed', 'memory'] as const)(
  'what was quantized for %s is not quantized again',
  async (optimize) => {
    const bytes = buildBytes({
      nodes: [makeNode(node('Gather', ['t', 'i'], 'x')), makeNode(matMul('w'))],
      initializers: [counting('t', [64, 64]), table],
      inputs: { i: [2] },
      types: { i: DataType.INT64 },
      outputs: { y: [2, 64] },
    });
    for (const bits of [2, 4, 8]) {
      const { model } = await quantize(onnx(bytes, { optimize }), { weights: plainMinMax, bits });
      expect(describeModel(readModel(model.bytes)).sites).toEqual([]);
    }
    expect(inspectModel(readModel(bytes)).alreadyQuantized).toBeUndefined();
  },
);
