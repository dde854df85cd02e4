import { isDeepStrictEqual } from 'node:util';
import { minMax } from '@lowbit/methods';
import { type Batch, quantize, type Recipe, seededRandom } from '@lowbit/core';
import { budget } from '@lowbit/core/policy';
import * as ort from 'onnxruntime-web';
import { expect, test } from 'vitest';
import { makeNode } from '../src/graph/make-node.js';
import { makeTensor } from '../src/graph/make-tensor.js';
import { onnx } from '../src/index.js';
import { registry } from '../src/register.js';
import { moveOut } from '../src/external/place-tensors.js';
import { readModel } from '../src/read/read-model.js';
import { DataType, type GraphProto, serializeModel } from '../src/schema/proto.js';
import { buildBytes, integers } from './helpers/build-model.js';
import { runModel } from './helpers/run-model.js';

ort.env.wasm.numThreads = 1;
const random = seededRandom(5);
const noise = (count: number) => Float32Array.from({ length: count }, () => random() + random() - 1);
const weight = (name: string, dims: readonly number[]) =>
  makeTensor(name, DataType.FLOAT, dims, noise(dims.reduce((product, size) => product * size, 1)));

/** A convolution, a depthwise one, one in groups, a pool and a matrix. */
const bytes = buildBytes(
  {
    nodes: [
      makeNode({ op: 'Conv', inputs: ['x', 'first'], outputs: ['a'], attributes: { pads: [1, 1, 1, 1] } }),
      makeNode({ op: 'Relu', inputs: ['a'], outputs: ['b'] }),
      makeNode({
        op: 'Conv',
        inputs: ['b', 'depthwise'],
        outputs: ['c'],
        attributes: { group: 16, strides: [2, 2] },
      }),
      makeNode({ op: 'Conv', inputs: ['c', 'grouped'], outputs: ['d'], attributes: { group: 2 } }),
      makeNode({ op: 'Relu', inputs: ['d'], outputs: ['e'] }),
      makeNode({ op: 'GlobalAveragePool', inputs: ['e'], outputs: ['f'] }),
      makeNode({ op: 'Flatten', inputs: ['f'], outputs: ['g'] }),
      makeNode({ op: 'Gemm', inputs: ['g', 'matrix'], outputs: ['y'] }),
    ],
    initializers: [
      weight('first', [16, 3, 3, 3]),
      weight('depthwise', [16, 1, 3, 3]),
      weight('grouped', [24, 8, 3, 3]),
      weight('matrix', [24, 20]),
    ],
    inputs: { x: ['n', 3, 16, 16] },
    outputs: { y: ['n', 20] },
  },
  { opset: 17 },
);

/** Pictures of smooth waves. */
const picture = (first: number): Batch => ({
  inputs: {
    x: {
      shape: [1, 3, 16, 16],
      data: Float32Array.from(
        { length: 768 },
        (_, i) => Math.sin(first + (i % 16) / 5) + Math.cos(first * i) / 3,
      ),
    },
  },
});
const data = Array.from({ length: 20 }, (_, i) => picture(i));
const others = Array.from({ length: 8 }, (_, i) => picture(i + 0.5));

/** Squared errors of the outputs on pictures that nothing was fitted to. */
async function outputError(recipe: Recipe) {
  const { model, report } = await quantize(onnx(bytes, { ort: ort as never }), {
    registry,
    bits: 3,
    data,
    correctBiases: false,
    ...recipe,
  });
  let error = 0;
  for (const { inputs } of others) {
    const feeds = { x: new ort.Tensor('float32', inputs['x']!.data as Float32Array, [1, 3, 16, 16]) };
    const outputs = async (own: Uint8Array) => (await runModel(own, feeds)).get('y') as Float32Array;
    const [float, quantized] = [await outputs(bytes), await outputs(model.bytes)];
    error += float.reduce((sum, y, i) => sum + (y - quantized[i]!) ** 2, 0);
  }
  return { error, report };
}

test.each<[rounding: string, weights: string, granularity: Recipe['granularity']]>([
  ['auto', 'min-max', 'channel'],
  ['gptq:actOrder=false', 'min-max', 'group:8'],
  ['coordinate-descent', 'slq', 'channel'],
  ['coordinate-descent:from=nearest', 'horq', 'channel'],
  ['learned:iterations=200', 'min-max', 'tensor'],
])('outputs are nearer to float with %s, levels of %s, %s', async (rounding, weights, granularity) => {
  const recipe = { weights, ...(granularity === undefined ? {} : { granularity }) };
  const nearest = await outputError({ ...recipe, rounding: 'nearest' });
  const { error, report } = await outputError({ ...recipe, rounding });
  expect(error).toBeLessThan(nearest.error);
  const grouped = report.weights.find(({ id }) => id === 'grouped');
  // 20 pictures of 5 × 5 positions, four of them kept back.
  expect(grouped?.rounding).toMatchObject({ rows: 16 * 25, rounder: rounding.replace(/:.*/, '') });
  for (const { rounding: gained } of report.weights) {
    expect(gained?.gainDb).toBeGreaterThanOrEqual(0);
    expect(gained?.heldOutGainDb).toBeTypeOf('number');
  }
  expect(report.sizes.stored).toBe(nearest.report.sizes.stored);
});

test('filters of nine weights are rounded exactly', async () => {
  const { report } = await outputError({ weights: 'absmax', rounding: 'optimal' });
  const gain = (id: string) => report.weights.find((weight) => weight.id === id)?.rounding?.gainDb;
  expect(gain('depthwise')).toBeGreaterThan(0.5);
  expect([gain('first'), gain('grouped'), gain('matrix')]).toEqual([0, 0, 0]);
});

test('with data, below 8 bits, weights are rounded by them and biases corrected', async () => {
  const port = onnx(bytes, { ort: ort as never });
  const ofBits = async (recipe: Recipe) => quantize(port, { registry, data, ...recipe });
  const [few, asked] = [
    await ofBits({ bits: 3 }),
    await ofBits({ bits: 3, rounding: 'auto', correctBiases: true }),
  ];
  expect(few.report.weights).toEqual(asked.report.weights);
  expect(few.report.biases?.map(({ weight }) => weight)).toEqual(
    asked.report.biases?.map(({ weight }) => weight),
  );
  const many = await ofBits({ bits: 8 });
  expect(many.plan).not.toHaveProperty('biases');
  expect(many.report.weights.filter(({ rounding }) => rounding !== undefined)).toEqual([]);
  const mixed = await ofBits({ bits: 8, rules: [{ match: { name: 'depthwise' }, bits: 4 }] });
  expect(mixed.plan.biases).toHaveLength(1);
  expect(mixed.report.weights.flatMap(({ id, rounding }) => (rounding === undefined ? [] : [id]))).toEqual([
    'depthwise',
  ]);
});

test('data that could decide and do not are told of', async () => {
  const without = await quantize(onnx(bytes, { ort: ort as never }), { weights: minMax(), bits: 3, data });
  expect(without.report.warnings).toContainEqual(expect.stringContaining('the registry holds no rounder'));
  expect(without.report.biases).not.toHaveLength(0);
  const one = await quantize(onnx(bytes, { ort: ort as never }), {
    registry,
    bits: 3,
    data: data.slice(0, 1),
  });
  expect(one.report.warnings).toContainEqual(expect.stringContaining('there is one sample'));
});

test('weights in another file are rounded by data, one after the other, as those inside are', async () => {
  const { proto } = readModel(bytes);
  const { initializer } = proto.graph as GraphProto;
  let first = 0;
  const parts = initializer.map((tensor) => {
    const { rawData } = tensor;
    moveOut(tensor, 'model.onnx.data', first, rawData.length);
    first += rawData.length;
    return rawData;
  });
  const file = Uint8Array.from(parts.flatMap((part) => [...part]));
  const outside = onnx(serializeModel(proto, 'test'), {
    ort: ort as never,
    externalData: () => file,
    external: false,
  });
  const [inside, done] = [
    await quantize(onnx(bytes, { ort: ort as never }), { registry, bits: 3, data }),
    await quantize(outside, { registry, bits: 3, data }),
  ];
  expect(done.report.weights.map(({ rounding }) => rounding)).toEqual(
    inside.report.weights.map(({ rounding }) => rounding),
  );
  expect(done.report.weights.some(({ rounding }) => rounding?.rounder !== 'nearest')).toBe(true);
});

test.each([
  ['Conv', [256, 3], [256, 3, 1, 1], { kernel_shape: [1, 1] }],
  ['Conv', [256, 27], [256, 3, 3, 3], { kernel_shape: [3, 3] }],
  ['Conv', [256, 27], [256, 3, 3, 3], {}],
  ['ConvTranspose', [3, 256], [3, 256, 1, 1], {}],
])(
  'the weight of a %s that is shaped %j on the way stops no rounding of others',
  async (op, dims, to, attributes) => {
    const reshaped = buildBytes(
      {
        nodes: [
          makeNode({ op: 'Reshape', inputs: ['w', 'shape'], outputs: ['kernel'] }),
          makeNode({ op, inputs: ['x', 'kernel'], outputs: ['a'], attributes }),
          makeNode({ op: 'GlobalAveragePool', inputs: ['a'], outputs: ['b'] }),
          makeNode({ op: 'Flatten', inputs: ['b'], outputs: ['c'] }),
          makeNode({ op: 'Gemm', inputs: ['c', 'matrix'], outputs: ['y'] }),
        ],
        initializers: [weight('w', dims), integers('shape', to), weight('matrix', [256, 20])],
        inputs: { x: ['n', 3, 16, 16] },
        outputs: { y: ['n', 20] },
      },
      { opset: 17 },
    );
    for (const capture of ['once', 'sequential'] as const) {
      const port = onnx(reshaped, { ort: ort as never });
      const { report } = await quantize(port, { registry, bits: 4, data }, { capture });
      const [kernel, matrix] = ['w', 'matrix'].map((id) => report.weights.find((one) => one.id === id));
      expect(kernel?.reason).toContain('which may change the order of its inputs');
      expect(matrix?.rounding?.rows).toBeGreaterThan(0);
      expect(report.verdict?.sqnrDb).toBeGreaterThan(10);
    }
  },
);

test('a budget is spent by results, since data gain more for some weights than for others', async () => {
  const bits = budget({ bytes: 4600, choices: [2, 3, 4, 6, 8] });
  const {
    measurements,
    budget: spent,
    report,
  } = await quantize(onnx(bytes, { ort: ort as never }), { registry, data, bits });
  const { joint, written } = measurements!;
  const fitting = joint.filter(({ choice, ofResult }) => {
    const own = written.find((one) => isDeepStrictEqual(one.choice, choice));
    return ofResult === true && own!.bytes <= 4600;
  });
  expect(fitting.length).toBeGreaterThan(1);
  expect(report.modelBytes.after).toBeLessThanOrEqual(4600);
  expect(spent!.measured!.ofResult).toBe(true);
  // What differs by chance is not told apart.
  expect(spent!.measured!.effect).toBeLessThanOrEqual(1.3 * Math.min(...fitting.map(({ effect }) => effect)));
});

test('decibels that are asked for are those of all data', async () => {
  const many = Array.from({ length: 70 }, (_, i) => picture(i / 3));
  const bits = budget({ minSqnr: 20, choices: [3, 4, 6, 8] });
  const { budget: spent } = await quantize(onnx(bytes, { ort: ort as never }), {
    registry,
    data: many,
    bits,
  });
  expect(spent!.effect!.samples).toBe(64);
  expect(spent!.result).toMatchObject({ samples: 70 });
  expect(spent!.result!.sqnrDb).toBeGreaterThanOrEqual(20);
});

test('data choose codes of 8 bits too where nothing keeps the decibels that are asked for otherwise', async () => {
  const port = () => onnx(bytes, { ort: ort as never });
  const asked = (minSqnr: number) =>
    quantize(port(), { registry, data, bits: budget({ minSqnr, choices: [8] }) });
  const { sqnrDb } = (await asked(10)).budget!.result!;
  const { budget: spent, plan } = await asked((sqnrDb as number) + 1);
  expect(spent!.result!.sqnrDb).toBeGreaterThanOrEqual((sqnrDb as number) + 1);
  for (const weight of plan.weights) expect(weight).toMatchObject({ bits: 8, rounding: { name: 'auto' } });
});
