import { everywhere, quantize, seededRandom } from '@lowbit/core';
import * as ort from 'onnxruntime-web';
import { expect, test } from 'vitest';
import { makeNode } from '../src/graph/make-node.js';
import { makeTensor } from '../src/graph/make-tensor.js';
import { onnx } from '../src/port.js';
import { readModel } from '../src/read/read-model.js';
import { DataType, type GraphProto, type TensorProto } from '../src/schema/proto.js';
import { buildBytes, buildGraph, type GraphParts, integers } from './helpers/build-model.js';
import { caughtLater } from './helpers/caught.js';
import { halved } from './helpers/halved.js';
import { decibels } from './helpers/outputs.js';
import { plainMinMax } from './helpers/plain-min-max.js';
import { boolean, noise, runModel } from './helpers/run-model.js';

const random = seededRandom(16);
const floats = (name: string, dims: readonly number[], values: ArrayLike<number>) =>
  makeTensor(name, DataType.FLOAT, dims, values);
const weight = (name: string, rows: number, columns: number, size = 0.1): TensorProto =>
  floats(
    name,
    [rows, columns],
    Float32Array.from({ length: rows * columns }, () => size * (2 * random() - 1)),
  );
const number = (name: string, value: number) => floats(name, [], [value]);
const product = (x: string, w: string, y: string) => makeNode({ op: 'MatMul', inputs: [x, w], outputs: [y] });

const model = (parts: Omit<GraphParts, 'inputs' | 'outputs'> & Partial<GraphParts>) =>
  buildBytes({ inputs: { x: [4, 64] }, outputs: { y: [4, 64] }, ...parts });
const graphOf = (bytes: Uint8Array) => readModel(bytes).proto.graph as GraphProto;
const typesOf = (bytes: Uint8Array) =>
  Object.fromEntries(graphOf(bytes).initializer.map(({ name, dataType }) => [name, dataType]));
const input = (size = 1) => {
  const { data, dims } = noise([4, 64], random);
  return {
    x: new ort.Tensor(
      'float32',
      (data as Float32Array).map((value) => size * value),
      dims,
    ),
  };
};

/** What keeps how much of the outputs, in decibels. */
async function kept(before: Uint8Array, after: Uint8Array, feeds: Readonly<Record<string, ort.Tensor>>) {
  const [expected, actual] = [await runModel(before, feeds), await runModel(after, feeds)];
  return decibels(expected.get('y') as Float32Array, actual.get('y') as Float32Array);
}

/** A layer normalization as older exporters write it: (x − mean) / √(mean of squares + ε). */
const normalization = [
  makeNode({ op: 'ReduceMean', inputs: ['t'], outputs: ['mean'], attributes: { axes: [-1] } }),
  makeNode({ op: 'Sub', inputs: ['t', 'mean'], outputs: ['centred'] }),
  makeNode({ op: 'Pow', inputs: ['centred', 'two'], outputs: ['squares'] }),
  makeNode({ op: 'ReduceMean', inputs: ['squares'], outputs: ['variance'], attributes: { axes: [-1] } }),
  makeNode({ op: 'Add', inputs: ['variance', 'epsilon'], outputs: ['sum'] }),
  makeNode({ op: 'Sqrt', inputs: ['sum'], outputs: ['deviation'] }),
  makeNode({ op: 'Div', inputs: ['centred', 'deviation'], outputs: ['normal'] }),
];

test('products are float16, and so are their weights; inputs and outputs stay float32', async () => {
  const bytes = model({ nodes: [product('x', 'w', 'y')], initializers: [weight('w', 64, 64)] });
  const { bytes: half, report } = await halved(bytes);
  expect(report).toEqual({ nodes: 1, kept: [], unfit: [], zeros: [] });
  expect(typesOf(half)).toEqual({ w: DataType.FLOAT16 });
  const graph = graphOf(half);
  expect(graph.node.map(({ opType, output }) => `${opType} ${output[0]}`)).toEqual([
    'Cast x.float16',
    'MatMul y.float16',
    'Cast y',
  ]);
  const feeds = input();
  expect(await kept(bytes, half, feeds)).toBeGreaterThan(60);
});

test('squares, their means and roots stay float32 between products that do not', async () => {
  const bytes = model({
    nodes: [product('x', 'v', 't'), ...normalization, product('normal', 'w', 'y')],
    initializers: [weight('v', 64, 64), weight('w', 64, 64), number('two', 2), number('epsilon', 1e-5)],
  });
  const { bytes: half, report } = await halved(bytes);
  expect(report.kept.map(({ operator }) => operator)).toEqual([
    ...['ReduceMean', 'Pow', 'ReduceMean', 'Add', 'Sqrt', 'Div'],
  ]);
  // Values of about 800 whose squares are about 6 · 10⁵.
  expect(await kept(bytes, half, input(400))).toBeGreaterThan(55);
});

test('what is squared by a product with itself stays float32, and what takes it too, up to a root', async () => {
  const nodes = [
    product('x', 'w', 't'),
    makeNode({ op: 'Mul', inputs: ['t', 't'], outputs: ['squares'] }),
    makeNode({ op: 'Add', inputs: ['squares', 'one'], outputs: ['more'] }),
    makeNode({ op: 'Sqrt', inputs: ['more'], outputs: ['root'] }),
    makeNode({ op: 'LeakyRelu', inputs: ['root'], outputs: ['y'] }),
  ];
  const { report } = await halved(model({ nodes, initializers: [weight('w', 64, 64), number('one', 1)] }));
  expect(report).toMatchObject({
    nodes: 2,
    kept: [{ operator: 'Mul' }, { operator: 'Add' }, { operator: 'Sqrt' }],
  });
});

test.each(['Softmax', 'ReduceSum', 'Exp', 'CumSum'])('%s stays float32', async (op) => {
  const more = op === 'CumSum' ? ['axis'] : [];
  const nodes = [
    makeNode({ op: 'Sigmoid', inputs: ['x'], outputs: ['t'] }),
    makeNode({ op, inputs: ['t', ...more], outputs: ['y'] }),
  ];
  const parts = { nodes, initializers: [integers('axis', [1])], outputs: { y: ['rows', 'columns'] } };
  const { report } = await halved(model(parts));
  expect(report).toMatchObject({ nodes: 1, kept: [{ operator: op }] });
});

test('weights beyond the range keep their layer float32, and what takes its results, by name', async () => {
  const large = weight('large', 64, 64, 1e6);
  const bytes = model({
    nodes: [product('x', 'large', 't'), makeNode({ op: 'LeakyRelu', inputs: ['t'], outputs: ['y'] })],
    initializers: [large],
  });
  const { bytes: half, report } = await halved(bytes);
  expect(report.nodes).toBe(0);
  expect(report.unfit).toEqual([
    { name: 'large', reason: expect.stringContaining('ends at 65504') as string },
  ]);
  expect(typesOf(half)).toEqual({ large: DataType.FLOAT });
  expect(report.kept.map(({ reason }) => reason)).toEqual([
    expect.stringContaining('"large" holds 1.00e+6') as string,
    expect.stringContaining('beyond the range') as string,
  ]);
});

test('a small number that float16 does not hold keeps its operator float32', async () => {
  const nodes = [
    makeNode({ op: 'Sigmoid', inputs: ['x'], outputs: ['t'] }),
    makeNode({ op: 'Add', inputs: ['t', 'tiny'], outputs: ['y'] }),
  ];
  const { report } = await halved(model({ nodes, initializers: [number('tiny', 1e-9)] }));
  expect(report).toMatchObject({ nodes: 1, kept: [{ reason: '"tiny" holds values too small for float16' }] });
});

test('values of weights that become 0 are counted', async () => {
  const w = floats(
    'w',
    [64, 64],
    Float32Array.from({ length: 4096 }, (_, at) => (at < 3 ? 1e-9 : 0.5)),
  );
  const { report } = await halved(model({ nodes: [product('x', 'w', 'y')], initializers: [w] }));
  expect(report.zeros).toEqual([{ name: 'w', values: 3 }]);
});

test('a constant that both types take is stored once where it is large', async () => {
  const second = makeNode({ op: 'MatMul', name: 'second', inputs: ['t', 'w'], outputs: ['y'] });
  const bytes = model({ nodes: [product('x', 'w', 't'), second], initializers: [weight('w', 64, 64)] });
  const { bytes: half } = await halved(bytes, { keep: ['second'] });
  expect(typesOf(half)).toEqual({ w: DataType.FLOAT16 });
  expect(await kept(bytes, half, input())).toBeGreaterThan(55);
});

test('branches compute in float16 with values from around them; what they give is float32', async () => {
  const branch = (op: string) =>
    buildGraph({
      nodes: [product('t', 'w', `${op}_t`), makeNode({ op, inputs: [`${op}_t`], outputs: [op] })],
      outputs: { [op]: [4, 64] },
    });
  const nodes = [
    product('x', 'v', 't'),
    makeNode({
      op: 'If',
      inputs: ['which'],
      outputs: ['y'],
      attributes: { then_branch: { graph: branch('Sigmoid') }, else_branch: { graph: branch('Tanh') } },
    }),
  ];
  const bytes = buildBytes({
    nodes,
    initializers: [weight('v', 64, 64), weight('w', 64, 64)],
    inputs: { x: [4, 64], which: [] },
    outputs: { y: [4, 64] },
    types: { which: DataType.BOOL },
  });
  const { bytes: half, report } = await halved(bytes);
  expect(report).toMatchObject({ nodes: 5, kept: [] });
  for (const which of [true, false])
    expect(await kept(bytes, half, { ...input(), which: boolean(which) })).toBeGreaterThan(50);
});

test('what a branch gives that may be large stays float32 behind it', async () => {
  const branch = (op: string, inputs: readonly string[]) =>
    buildGraph({ nodes: [makeNode({ op, inputs, outputs: [op] })], outputs: { [op]: [4, 64] } });
  const which = {
    then_branch: { graph: branch('Pow', ['x', 'two']) },
    else_branch: { graph: branch('Tanh', ['x']) },
  };
  const bytes = buildBytes({
    nodes: [
      makeNode({ op: 'If', inputs: ['which'], outputs: ['t'], attributes: which }),
      makeNode({ op: 'LeakyRelu', inputs: ['t'], outputs: ['y'] }),
    ],
    initializers: [number('two', 2)],
    inputs: { x: [4, 64], which: [] },
    outputs: { y: [4, 64] },
    types: { which: DataType.BOOL },
  });
  const { report } = await halved(bytes);
  expect(report).toMatchObject({ nodes: 1, kept: [{ operator: 'Pow' }, { operator: 'LeakyRelu' }] });
});

test('bodies of loops stay float32, as sums in them may grow, and so does what takes their results', async () => {
  const body = buildGraph({
    nodes: [
      makeNode({ op: 'Identity', inputs: ['go'], outputs: ['go_on'] }),
      makeNode({ op: 'Add', inputs: ['sum', 't'], outputs: ['more'] }),
    ],
    inputs: { step: [], go: [], sum: [4, 64] },
    outputs: { go_on: [], more: [4, 64] },
    types: { step: DataType.INT64, go: DataType.BOOL, go_on: DataType.BOOL },
  });
  const bytes = model({
    nodes: [
      product('x', 'w', 't'),
      makeNode({
        op: 'Loop',
        inputs: ['steps', '', 't'],
        outputs: ['grown'],
        attributes: { body: { graph: body } },
      }),
      makeNode({ op: 'LeakyRelu', inputs: ['grown'], outputs: ['y'] }),
    ],
    initializers: [weight('w', 64, 64), makeTensor('steps', DataType.INT64, [], [3])],
  });
  const { bytes: half, report } = await halved(bytes);
  expect(report).toMatchObject({ nodes: 1, kept: [{ operator: 'Add' }, { operator: 'LeakyRelu' }] });
  expect(await kept(bytes, half, input())).toBeGreaterThan(60);
});

test('integers that become floats may be too large; booleans are not', async () => {
  const nodes = [
    makeNode({ op: 'Cast', inputs: ['n'], outputs: ['f'], attributes: { to: DataType.FLOAT } }),
    makeNode({ op: 'Mul', inputs: ['f', 'half'], outputs: ['y'] }),
  ];
  const parts = (type: DataType) => ({
    nodes,
    initializers: [number('half', 0.5)],
    inputs: { n: [4] },
    outputs: { y: [4] },
    types: { n: type },
  });
  expect((await halved(buildBytes(parts(DataType.INT64)))).report.nodes).toBe(0);
  expect((await halved(buildBytes(parts(DataType.BOOL)))).report.nodes).toBe(2);
});

test('positions stay float32 up to their sines, and what is multiplied by these is float16', async () => {
  const nodes = [
    makeNode({ op: 'Cast', inputs: ['n'], outputs: ['positions'], attributes: { to: DataType.FLOAT } }),
    makeNode({ op: 'Mul', inputs: ['positions', 'frequency'], outputs: ['angles'] }),
    makeNode({ op: 'Cos', inputs: ['angles'], outputs: ['cosines'] }),
    product('x', 'v', 't'),
    makeNode({ op: 'Mul', inputs: ['t', 'cosines'], outputs: ['turned'] }),
    product('turned', 'w', 'y'),
  ];
  const bytes = buildBytes({
    nodes,
    initializers: [weight('v', 64, 64), weight('w', 64, 64), number('frequency', 0.5)],
    inputs: { x: [4, 64], n: [4, 1] },
    outputs: { y: [4, 64] },
    types: { n: DataType.INT64 },
  });
  const { bytes: half, report } = await halved(bytes);
  expect(report.kept.map(({ operator }) => operator)).toEqual(['Mul', 'Cos']);
  const n = new ort.Tensor('int64', BigInt64Array.of(0n, 99_999n, 100_001n, 131_071n), [4, 1]);
  expect(await kept(bytes, half, { ...input(), n })).toBeGreaterThan(55);
});

test('nodes that are named stay float32, and a name that fits none is refused', async () => {
  const bytes = model({ nodes: [product('x', 'w', 'y')], initializers: [weight('w', 64, 64)] });
  const { report } = await halved(bytes, { keep: ['MatMul'] });
  expect(report).toMatchObject({ nodes: 0, kept: [{ operator: 'MatMul', reason: 'asked for' }] });
  const { code, remedy } = await caughtLater(halved(bytes, { keep: ['MatMull'] }));
  expect([code, remedy]).toEqual(['invalid-argument', 'Did you mean MatMul?']);
});

test('a second time nothing changes', async () => {
  const bytes = model({
    nodes: [product('x', 'v', 't'), ...normalization, product('normal', 'w', 'y')],
    initializers: [weight('v', 64, 64), weight('w', 64, 64), number('two', 2), number('epsilon', 1e-5)],
  });
  const once = await halved(bytes);
  const twice = await halved(once.bytes);
  expect(twice.bytes).toEqual(once.bytes);
  expect(twice.report.nodes).toBe(0);
});

test('what a logarithm takes is float32 from the last layer on, and so are the weights of that layer', async () => {
  // A loud band beside quiet ones, which rounding would fill.
  const bands = weight('bands', 64, 64, 1e-4);
  new Float32Array(bands.rawData?.buffer as ArrayBuffer, bands.rawData?.byteOffset, 64).fill(1);
  const nodes = [
    product('x', 'v', 't'),
    product('t', 'bands', 'spectrum'),
    makeNode({ op: 'Abs', inputs: ['spectrum'], outputs: ['magnitude'] }),
    makeNode({ op: 'Log', inputs: ['magnitude'], outputs: ['levels'] }),
    product('levels', 'w', 'y'),
  ];
  const bytes = model({ nodes, initializers: [weight('v', 64, 64), bands, weight('w', 64, 64)] });
  const { bytes: half, report } = await halved(bytes);
  expect(report.kept.map(({ operator }) => operator)).toEqual(['MatMul', 'Abs', 'Log']);
  expect(report.unfit).toEqual([{ name: 'bands', reason: expect.stringContaining('logarithm') as string }]);
  expect(typesOf(half)).toEqual({ v: DataType.FLOAT16, bands: DataType.FLOAT, w: DataType.FLOAT16 });
  expect(await kept(bytes, half, input())).toBeGreaterThan(55);
});

test('weights are quantized beside it, with parameters in float16', async () => {
  const bytes = model({ nodes: [product('x', 'w', 'y')], initializers: [weight('w', 64, 64)] });
  const { model: result, report } = await quantize(onnx(bytes, { float16: true, optimize: 'memory' }), {
    weights: plainMinMax,
    bits: 4,
    granularity: 'group:32',
  });
  expect(report.float16?.nodes).toBe(1);
  expect(report.weights.map(({ form }) => form)).toEqual(['MatMulNBits']);
  expect(Object.values(typesOf(result.bytes))).toContain(DataType.FLOAT16);
  expect(Object.values(typesOf(result.bytes))).not.toContain(DataType.FLOAT);
  expect(await kept(bytes, result.bytes, input())).toBeGreaterThan(18);
});

test('with data, the verdict is on the outputs of the float32 model', async () => {
  const bytes = model({ nodes: [product('x', 'w', 'y')], initializers: [weight('w', 64, 64)] });
  const batch = { inputs: { x: { shape: [4, 64], data: input().x.data as Float32Array } } };
  const recipe = { weights: plainMinMax, bits: everywhere('float'), data: [batch] };
  const { report } = await quantize(onnx(bytes, { float16: true, ort }), recipe);
  expect(report.verdict).toMatchObject({ grade: 'probably-usable', by: 'outputs' });
  const expected = await kept(bytes, (await halved(bytes)).bytes, {
    x: new ort.Tensor('float32', batch.inputs.x.data, [4, 64]),
  });
  expect(report.verdict?.sqnrDb).toBeCloseTo(expected, 3);
});
