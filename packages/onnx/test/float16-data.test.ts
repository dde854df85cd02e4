import { everywhere, quantize, seededRandom, type HalfPrecision } from '@lowbit/core';
import * as ort from 'onnxruntime-web';
import { expect, test } from 'vitest';
import { makeNode } from '../src/graph/make-node.js';
import { makeTensor } from '../src/graph/make-tensor.js';
import type { HalfOptions } from '../src/onnx-options.js';
import { onnx } from '../src/port.js';
import { DataType } from '../src/schema/proto.js';
import { buildBytes, buildGraph, type GraphParts } from './helpers/build-model.js';
import { caught, caughtLater } from './helpers/caught.js';
import { plainMinMax } from './helpers/plain-min-max.js';

const random = seededRandom(20);
const weight = (name: string, size = 0.1) =>
  makeTensor(
    name,
    DataType.FLOAT,
    [64, 64],
    Float32Array.from({ length: 64 * 64 }, () => size * (2 * random() - 1)),
  );
const model = (parts: Omit<GraphParts, 'inputs' | 'outputs'> & Partial<GraphParts>) =>
  buildBytes({ inputs: { x: [4, 64] }, outputs: { y: [4, 64] }, ...parts });
const samples = (size: number) => [
  { inputs: { x: { shape: [4, 64], data: Float32Array.from({ length: 256 }, () => size * random()) } } },
];

async function halved(bytes: Uint8Array, float16: HalfOptions): Promise<HalfPrecision> {
  const recipe = { weights: plainMinMax, bits: everywhere('float') };
  const { report } = await quantize(onnx(bytes, { ort, float16 }), recipe);
  return report.float16 as HalfPrecision;
}

const chain = model({
  nodes: [
    makeNode({ op: 'MatMul', inputs: ['x', 'v'], outputs: ['t'] }),
    makeNode({ op: 'Mul', inputs: ['t', 't'], outputs: ['squares'] }),
    makeNode({ op: 'MatMul', inputs: ['squares', 'w'], outputs: ['u'] }),
    makeNode({ op: 'LeakyRelu', inputs: ['u'], outputs: ['y'] }),
  ],
  initializers: [weight('v'), weight('w')],
});

test('what takes squares is float16 where data show them in range', async () => {
  const kept = (report: HalfPrecision) => report.kept.map(({ operator }) => operator);
  expect(kept(await halved(chain, {}))).toEqual(['Mul', 'MatMul', 'LeakyRelu']);
  const report = await halved(chain, { data: samples(1) });
  expect(kept(report)).toEqual(['Mul']);
  expect(report.measured?.limit).toBe(16376);
  const [first, ...rest] = report.measured?.closest ?? [];
  expect(rest.length).toBeGreaterThan(1);
  expect(first?.largest).toBeGreaterThan(rest[0]?.largest as number);
});

test('products that reach the margin of the range on the data stay float32, and so does what takes them', async () => {
  const bytes = model({
    nodes: [
      makeNode({ op: 'MatMul', inputs: ['x', 'v'], outputs: ['t'] }),
      makeNode({ op: 'LeakyRelu', inputs: ['t'], outputs: ['u'] }),
      makeNode({ op: 'Tanh', inputs: ['u'], outputs: ['bounded'] }),
      makeNode({ op: 'MatMul', inputs: ['bounded', 'w'], outputs: ['y'] }),
    ],
    initializers: [weight('v', 100), weight('w')],
  });
  const data = samples(60);
  const { kept } = await halved(bytes, { data });
  expect(kept.map(({ operator }) => operator)).toEqual(['MatMul', 'LeakyRelu', 'Tanh']);
  expect(kept[0]?.reason).toMatch(
    /^its results reach \d\.\d+e\+4 on the data, and float16 is taken up to 16376$/,
  );
  expect((await halved(bytes, { data, margin: 1 })).kept).toEqual([]);
});

test('an input that is beyond the range on the data is taken as float32', async () => {
  const bytes = model({
    nodes: [makeNode({ op: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] })],
    initializers: [weight('w', 1e-3)],
  });
  const { kept } = await halved(bytes, { data: samples(1e6) });
  expect(kept).toMatchObject([{ reason: 'it takes values that may be beyond the range of float16' }]);
});

test('infinite values and values that data do not reach tell nothing', async () => {
  const bytes = model({
    nodes: [
      makeNode({ op: 'MatMul', inputs: ['x', 'w'], outputs: ['t'] }),
      makeNode({ op: 'Where', inputs: ['mask', 't', 'hidden'], outputs: ['u'] }),
      makeNode({ op: 'LeakyRelu', inputs: ['u'], outputs: ['y'] }),
    ],
    initializers: [
      weight('w'),
      makeTensor(
        'mask',
        DataType.BOOL,
        [64],
        Array.from({ length: 64 }, (_, at) => at % 2),
      ),
      makeTensor('hidden', DataType.FLOAT, [], [-Infinity]),
    ],
  });
  const { kept, measured } = await halved(bytes, { data: samples(1) });
  expect(kept).toEqual([]);
  expect(measured?.closest.every(({ largest }) => largest < 10)).toBe(true);
});

test('values in branches are measured where they are taken', async () => {
  const branch = (w: string, size: number) =>
    buildGraph({
      inputs: {},
      outputs: { z: [4, 64] },
      nodes: [
        makeNode({ op: 'MatMul', inputs: ['x', w], outputs: [`${w}.t`] }),
        makeNode({ op: 'LeakyRelu', inputs: [`${w}.t`], outputs: ['z'] }),
      ],
      initializers: [weight(w, size)],
    });
  const bytes = model({
    nodes: [
      makeNode({ op: 'ReduceMean', inputs: ['x'], outputs: ['mean'], attributes: { keepdims: 0 } }),
      makeNode({ op: 'Less', inputs: ['mean', 'half'], outputs: ['small'] }),
      makeNode({
        op: 'If',
        inputs: ['small'],
        outputs: ['y'],
        attributes: { then_branch: { graph: branch('a', 1) }, else_branch: { graph: branch('b', 1e4) } },
      }),
    ],
    initializers: [makeTensor('half', DataType.FLOAT, [], [0.6])],
  });
  const reasons = async (size: number) =>
    (await halved(bytes, { data: samples(size) })).kept
      .filter(({ operator }) => operator === 'MatMul')
      .map(({ reason }) => reason.split(' ').slice(0, 3).join(' '));
  expect(await reasons(1)).toEqual([]);
  expect(await reasons(100)).toEqual(['its results reach']);
});

test('data want a runtime, and the margin is a number of 1 or more', async () => {
  const asked = (float16: HalfOptions) => caught(() => onnx(chain, { float16 }));
  expect(asked({ data: samples(1) })).toMatchObject({
    code: 'invalid-argument',
    where: 'onnx: float16: data',
    remedy: 'Give ort too, such as onnxruntime-web.',
  });
  expect(asked({ margin: 0 })).toMatchObject({ expected: 'a number of 1 or more' });
  const error = await caughtLater(halved(chain, { data: [] }));
  expect(error).toMatchObject({ code: 'calibration-invalid', received: 'none' });
});
