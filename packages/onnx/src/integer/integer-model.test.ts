import { seededRandom, type Batch, type Quantizer } from '@lowbit/core';
import { describe, expect, test } from 'vitest';
import { buildBytes } from '../../test/helpers/build-model.js';
import { integerFlow } from '../../test/helpers/integer-flow.js';
import { operatorsRun } from '../../test/helpers/operators-run.js';
import { plainDynamic, plainRange } from '../../test/helpers/plain-quantizers.js';
import { noise, runModel } from '../../test/helpers/run-model.js';
import { plainMinMax } from '../../test/helpers/plain-min-max.js';
import { readModel } from '../read/read-model.js';
import { DataType, type NodeProto, type TensorProto } from '../schema/proto.js';
import { makeNode, type NodeParts } from '../graph/make-node.js';
import { makeTensor } from '../graph/make-tensor.js';

const random = seededRandom(7);
const weight = (name: string, dims: readonly number[]): TensorProto => {
  const length = dims.reduce((product, size) => product * size, 1);
  const spread = Math.sqrt(3 / (length / dims[0]!));
  return makeTensor(
    name,
    DataType.FLOAT,
    dims,
    Float32Array.from({ length }, () => spread * (2 * random() - 1)),
  );
};
const node = (
  op: string,
  inputs: string[],
  output: string,
  attributes: NodeParts['attributes'] = {},
): NodeProto => makeNode({ op, inputs, outputs: [output], attributes });
const pads = { kernel_shape: [3, 3], pads: [1, 1, 1, 1] };
const channels = 64;

/** Two convolutions and their sum, pooled, another convolution, a depthwise one, and a matrix product. */
function network(opset: number, { maxPool = true, ir = 7 } = {}): Uint8Array {
  const pooled = maxPool ? [node('MaxPool', ['sum'], 'pool', { kernel_shape: [2, 2], strides: [2, 2] })] : [];
  return buildBytes(
    {
      nodes: [
        node('Conv', ['x', 'w0', 'b0'], 'c0', pads),
        node('Relu', ['c0'], 'r0'),
        node('Conv', ['r0', 'w1', 'b1'], 'c1', pads),
        node('Add', ['c1', 'r0'], 'added'),
        node('Relu', ['added'], 'sum'),
        ...pooled,
        node('Conv', [maxPool ? 'pool' : 'sum', 'w2', 'b2'], 'c2', pads),
        node('Relu', ['c2'], 'r2'),
        node('Conv', ['r2', 'w3', 'b3'], 'c3', { ...pads, group: channels }),
        node('GlobalAveragePool', ['c3'], 'g'),
        node('Flatten', ['g'], 'f'),
        node('MatMul', ['f', 'w4'], 'y'),
      ],
      initializers: [
        ...[0, 1, 2].flatMap((i) => [
          weight(`w${i}`, [channels, channels, 3, 3]),
          weight(`b${i}`, [channels]),
        ]),
        ...[weight('w3', [channels, 1, 3, 3]), weight('b3', [channels]), weight('w4', [channels, 48])],
      ],
      inputs: { x: ['n', channels, 12, 12] },
      outputs: { y: ['n', 48] },
    },
    { opset, ir },
  );
}

const shape = [2, channels, 12, 12];
const feed = (seed: number) => noise(shape, seededRandom(seed));
const batches: Batch[] = [1, 2, 3].map((seed) => ({
  inputs: { x: { shape, data: feed(seed).data as Float32Array } },
}));

async function decibels(float: Uint8Array, integer: Uint8Array): Promise<number> {
  const feeds = { x: feed(9) };
  const [expected, actual] = [await runModel(float, feeds), await runModel(integer, feeds)];
  const [a, b] = [expected.get('y')!, actual.get('y')!];
  const noiseEnergy = a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0);
  return 10 * Math.log10(a.reduce((sum, value) => sum + value * value, 0) / noiseEnergy);
}

const count = (operators: readonly string[], name: string) => operators.filter((one) => one === name).length;

describe.each([7, 9, 11, 12, 13, 21])('at opset %i', (opset) => {
  const bytes = network(opset);

  test('static ranges run as ConvInteger and MatMulInteger', async () => {
    const result = await integerFlow(bytes, 'operators', batches, plainRange);
    expect(result.sites).toEqual(['x', 'r0', 'pool', 'f']);
    expect(await decibels(bytes, result.bytes)).toBeGreaterThan(30);
    const operators = operatorsRun(result.bytes, { x: shape });
    expect(count(operators, 'ConvInteger')).toBe(3);
    expect(count(operators, 'MatMulInteger')).toBe(1);
    expect(count(operators, 'Conv') + count(operators, 'FusedConv')).toBe(1);
    expect(result.reasons.get('w3')).toContain('depthwise');
    expect(result.bytes.length).toBeLessThan(0.35 * bytes.length);
  });

  test('QuantizeLinear and DequantizeLinear are fused to QLinearConv and QLinearAdd', async () => {
    const result = await integerFlow(bytes, 'qdq', batches, plainRange);
    expect(await decibels(bytes, result.bytes)).toBeGreaterThan(28);
    const operators = operatorsRun(result.bytes, { x: shape });
    expect(count(operators, 'QLinearConv')).toBe(3);
    // MaxPool takes 8-bit values from opset 12 on; before, the sum ends in floats and is computed in floats.
    expect(count(operators, 'QLinearAdd')).toBe(opset >= 12 ? 1 : 0);
    expect(count(operators, 'MatMulIntegerToFloat') + count(operators, 'QGemm')).toBe(1);
    expect(count(operators, 'Relu')).toBe(opset >= 12 ? 0 : 1);
  });

  test('ranges measured at run time', async () => {
    const result = await integerFlow(bytes, 'operators', batches, plainDynamic);
    expect(await decibels(bytes, result.bytes)).toBeGreaterThan(30);
    const operators = operatorsRun(result.bytes, { x: shape });
    expect(count(operators, 'ConvInteger')).toBe(3);
    expect(count(operators, 'DynamicQuantizeMatMul')).toBe(1);
  });
});

test('the sum of two 8-bit values stays 8-bit between convolutions', async () => {
  const bytes = network(11, { maxPool: false });
  const result = await integerFlow(bytes, 'qdq', batches, plainRange);
  expect(count(operatorsRun(result.bytes, { x: shape }), 'QLinearAdd')).toBe(1);
  expect(await decibels(bytes, result.bytes)).toBeGreaterThan(28);
});

test('files of IR 3, whose initializers are inputs too, get their new constants as nodes', async () => {
  const bytes = network(11, { ir: 3 });
  const result = await integerFlow(bytes, 'operators', batches, plainRange);
  expect(await decibels(bytes, result.bytes)).toBeGreaterThan(30);
});

test('weights that are not symmetric stay floats, and the reason names what to use', async () => {
  const bytes = network(13);
  const lopsided: Quantizer = {
    ...plainMinMax,
    fit: (values, context) => plainMinMax.fit(Float32Array.of(...values, 4), context),
  };
  const result = await integerFlow(bytes, 'operators', batches, plainRange, { weights: lopsided });
  expect(result.reasons.get('w0')).toContain('choose a method that has a symmetric grid');
  expect(count(operatorsRun(result.bytes, { x: shape }), 'ConvInteger')).toBe(0);
});

test('activations of other widths stay floats', async () => {
  const result = await integerFlow(network(13), 'operators', batches, plainRange, { activationBits: 4 });
  expect(result.reasons.get('w0')).toContain('activations have 4 bits');
});

test('the same input gives the same bytes', async () => {
  const [one, two] = [network(13), network(13)];
  expect((await integerFlow(one, 'qdq', batches, plainRange)).bytes.length).toBe(
    (await integerFlow(two, 'qdq', batches, plainRange)).bytes.length,
  );
  const again = await integerFlow(one, 'qdq', batches, plainRange);
  expect((await integerFlow(one, 'qdq', batches, plainRange)).bytes).toEqual(again.bytes);
});

test('two products in a row are surrounded by QuantizeLinear and DequantizeLinear, and fused', async () => {
  for (const op of ['Gemm', 'MatMul']) {
    const bias = (name: string) => (op === 'Gemm' ? [name] : []);
    const bytes = buildBytes({
      nodes: [node(op, ['x', 'v', ...bias('b')], 'h'), node(op, ['h', 'w', ...bias('c')], 'y')],
      initializers: [weight('v', [96, 64]), weight('w', [64, 40]), weight('b', [64]), weight('c', [40])],
      inputs: { x: ['n', 96] },
      outputs: { y: ['n', 40] },
    });
    const x = noise([8, 96], seededRandom(2));
    const rows: Batch[] = [{ inputs: { x: { shape: [8, 96], data: x.data as Float32Array } } }];
    const result = await integerFlow(bytes, 'qdq', rows, plainRange);
    const written = readModel(result.bytes, 'written').proto.graph!.node.map(({ opType }) => opType);
    expect(written.filter((name) => name === op)).toHaveLength(2);
    expect(written.filter((name) => name === 'QuantizeLinear')).toHaveLength(2);
    expect(written.filter((name) => name === 'DequantizeLinear')).toHaveLength(op === 'Gemm' ? 6 : 4);
    // Zeros are the default, and stored for the weights of Gemm alone, which are not fused without them.
    const zeros = readModel(result.bytes, 'written').proto.graph!.initializer.filter(
      ({ name, dims }) => name.endsWith('_zero') && dims.length === 1,
    );
    expect(zeros.map(({ name }) => name)).toEqual(op === 'Gemm' ? ['v_zero', 'w_zero'] : []);
    const [expected, actual] = [await runModel(bytes, { x }), await runModel(result.bytes, { x })];
    const [a, b] = [expected.get('y')!, actual.get('y')!];
    expect(Math.max(...a.map((value, i) => Math.abs(value - b[i]!)))).toBeLessThan(0.05 * Math.max(...a));
    const operators = operatorsRun(result.bytes, { x: [8, 96] });
    if (op === 'Gemm') expect(count(operators, 'QGemm')).toBe(2);
    // The first gives its result as 8-bit integers.
    else expect(operators).toEqual(expect.arrayContaining(['QLinearMatMul', 'MatMulIntegerToFloat']));
  }
});

describe.each([
  { title: 'as it is', dims: [96, 40], attributes: {} },
  { title: 'transposed', dims: [40, 96], attributes: { transB: 1 } },
])('Gemm with its weight $title', ({ dims, attributes }) => {
  const bytes = buildBytes({
    nodes: [node('Gemm', ['x', 'w', 'b'], 'y', attributes)],
    initializers: [weight('w', dims), weight('b', [40])],
    inputs: { x: ['n', 96] },
    outputs: { y: ['n', 40] },
  });
  const rows: Batch[] = [
    { inputs: { x: { shape: [8, 96], data: noise([8, 96], seededRandom(2)).data as Float32Array } } },
  ];

  test.each([
    [plainRange, 'MatMulInteger'],
    [plainDynamic, 'DynamicQuantizeMatMul'],
  ])('runs in integers: %#', async (activations, operator) => {
    const result = await integerFlow(bytes, 'operators', rows, activations);
    const feeds = { x: noise([8, 96], seededRandom(2)) };
    const [expected, actual] = [await runModel(bytes, feeds), await runModel(result.bytes, feeds)];
    const [a, b] = [expected.get('y')!, actual.get('y')!];
    // Two roundings to 8 bits: some 1 % of the largest result.
    expect(Math.max(...a.map((value, i) => Math.abs(value - b[i]!)))).toBeLessThan(0.03 * Math.max(...a));
    expect(operatorsRun(result.bytes, { x: [8, 96] })).toContain(operator);
  });
});

test('what is said of a weight in an integer form is that its scales are float32, where others were asked for', async () => {
  for (const form of ['operators', 'qdq'] as const) {
    const stored = await integerFlow(network(13), form, batches, plainRange, { parameterStorage: 'float16' });
    for (const [id, reason] of stored.reasons) {
      const isInteger = stored.forms.get(id)!.includes('Integer') || stored.forms.get(id)!.startsWith('Q');
      expect(reason.includes('its scales are stored as float32')).toBe(isInteger);
    }
  }
});

test('a bias that is too large at the scale of its weights keeps its layer in floats; alone, it raises no opset', async () => {
  const bytes = buildBytes(
    {
      nodes: [node('Gemm', ['x', 'w', 'b'], 'y')],
      initializers: [
        makeTensor('w', DataType.FLOAT, [96, 40], new Float32Array(96 * 40).fill(1e-9)),
        makeTensor('b', DataType.FLOAT, [40], new Float32Array(40).fill(1e3)),
      ],
      inputs: { x: ['n', 96] },
      outputs: { y: ['n', 40] },
    },
    { opset: 9, ir: 4 },
  );
  const data = noise([8, 96], seededRandom(2)).data as Float32Array;
  const rows: Batch[] = [{ inputs: { x: { shape: [8, 96], data } } }];
  const result = await integerFlow(bytes, 'qdq', rows, plainRange);
  expect(result.reasons.get('w')).toContain('its bias does not fit into 32 bits');
  expect(readModel(result.bytes, 'written').opset).toBe(9);
  const operators = await integerFlow(bytes, 'operators', rows, plainRange);
  expect(operators.forms.get('w')).toBe('MatMulInteger');
});
