import type { Batch } from '@lowbit/core';
import { type GroupInputs, type InputMoments, mostInputRows, sizeOf } from '@lowbit/core/adapter';
import * as ort from 'onnxruntime-web';
import { describe, expect, it, test } from 'vitest';
import { buildBytes } from '../../../test/helpers/build-model.js';
import { operatorModel, withoutBias } from '../../../test/helpers/operator-model.js';
import { runningSamples } from '../../../test/helpers/operator-samples.js';
import { runModel } from '../../../test/helpers/run-model.js';
import { describeModel } from '../../describe/describe-model.js';
import type { WeightSite } from '../../describe/weight-site.js';
import { makeNode } from '../../graph/make-node.js';
import { makeTensor } from '../../graph/make-tensor.js';
import { readFloats } from '../../model/tensor-data.js';
import type { OperatorSample } from '../../operators/operator.js';
import { readModel } from '../../read/read-model.js';
import { DataType } from '../../schema/proto.js';
import type { OrtRuntime } from '../ort.js';
import { observeInputs } from './observe-inputs.js';

const runtime: OrtRuntime = ort;
ort.env.wasm.numThreads = 1;

const batchOf = (feeds: Readonly<Record<string, ort.Tensor>>): Batch => ({
  inputs: Object.fromEntries(
    Object.entries(feeds).map(([name, { dims, data }]) => [
      name,
      { shape: dims, data: data as Float32Array },
    ]),
  ),
});

function observe(bytes: Uint8Array, batches: readonly Batch[]) {
  const model = readModel(bytes);
  const { sites } = describeModel(model);
  const options = { weights: sites.map(({ id }) => id) };
  return observeInputs({ model, ort: runtime, batches }, sites, options);
}

/** Σ w x xᵀ wᵀ over the channels of a weight: what the squares of all outputs add up to, where nothing is added to the products. */
function powerOf({ source, id, shape, outputAxes }: WeightSite, groups: readonly GroupInputs[]): number {
  const values = readFloats(source.tensor, id);
  const inputAxes = shape.map((_, axis) => axis).filter((axis) => !outputAxes.includes(axis));
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  const placesOf = (axes: readonly number[]) =>
    axes.reduce(
      (all, axis) =>
        all.flatMap((place) => Array.from({ length: shape[axis]! }, (_, i) => place + i * strides[axis]!)),
      [0],
    );
  const [channels, inputs] = [placesOf(outputAxes), placesOf(inputAxes)];
  return channels.reduce((sum, channel, c) => {
    const { seen, heldOut } = groups[Math.floor((c * groups.length) / channels.length)]!;
    const row = inputs.map((place) => values[channel + place]!);
    return sum + quadratic(row, seen) + (heldOut === undefined ? 0 : quadratic(row, heldOut));
  }, 0);
}

function quadratic(w: readonly number[], { products, inputs }: InputMoments): number {
  expect(w).toHaveLength(inputs);
  let [sum, at] = [0, 0];
  for (let i = 0; i < inputs; i++)
    for (let j = i; j < inputs; j++) sum += (i === j ? 1 : 2) * w[i]! * w[j]! * products[at++]!;
  return sum;
}

/** Whether outputs are nothing but products of weights and inputs, times a factor. */
const isPlain = ({ attributes = {}, name = '' }: OperatorSample): boolean =>
  !('activation' in attributes) && !('num_heads' in attributes) && !['LSTM', 'GRU', 'RNN'].includes(name);

const factorOf = ({ attributes = {} }: OperatorSample): number =>
  (attributes['alpha'] as { float?: number } | undefined)?.float ?? 1;

const samples = runningSamples.filter(
  ({ operator, sample }) => operator.inputRows !== undefined && isPlain(sample),
);

describe.each(samples)('$title', ({ operator, sample }) => {
  const { bytes, feeds } = operatorModel(operator, sample);
  const [site] = describeModel(readModel(bytes())).sites as [WeightSite];

  it('makes its outputs of the rows that are told, or is refused', async () => {
    const given = withoutBias(feeds());
    const { inputs, unknown } = await observe(bytes(), [batchOf(given)]);
    const observed = inputs.get(site.id);
    if (observed === undefined) {
      expect(unknown.get(site.id)).toMatch(/batch/);
      return;
    }
    const output = (await runModel(bytes(), given)).get('y') as Float32Array;
    const power = output.reduce((sum, y) => sum + y * y, 0);
    expect((powerOf(site, observed.groups) * factorOf(sample) ** 2) / power).toBeCloseTo(1, 5);
  });
});

const windows: readonly [
  op: string,
  attributes: Record<string, number[] | string | number>,
  output: number[],
][] = [
  ['Conv', { strides: [2, 3], dilations: [2, 1], pads: [1, 0, 2, 3] }, [1, 4, 4, 4]],
  ['Conv', { auto_pad: 'SAME_UPPER', strides: [2, 2] }, [1, 4, 5, 5]],
  ['Conv', { auto_pad: 'SAME_LOWER', strides: [2, 2], group: 2 }, [1, 4, 5, 5]],
  ['Conv', { auto_pad: 'VALID' }, [1, 4, 7, 8]],
  ['ConvTranspose', { strides: [2, 3], pads: [1, 0, 0, 1] }, [1, 4, 18, 25]],
  ['ConvTranspose', { strides: [2, 2], output_padding: [1, 0], dilations: [2, 1] }, [1, 4, 22, 18]],
  ['ConvTranspose', { strides: [2, 2], auto_pad: 'SAME_UPPER' }, [1, 4, 18, 18]],
  ['ConvTranspose', { strides: [2, 2], output_shape: [18, 17], group: 2 }, [1, 4, 18, 17]],
];

test.each(windows)('windows of %s %j are those of the runtime', async (op, attributes, output) => {
  const { group = 1 } = attributes as { group?: number };
  const kernel = [3, 2];
  const dims = op === 'Conv' ? [4, 6 / group, ...kernel] : [6, 4 / group, ...kernel];
  const noise = (count: number) => Float32Array.from({ length: count }, (_, i) => Math.sin(i * i + count));
  const bytes = buildBytes(
    {
      nodes: [makeNode({ op, inputs: ['x', 'w'], outputs: ['y'], attributes })],
      initializers: [makeTensor('w', DataType.FLOAT, dims, noise(sizeOf(dims)))],
      inputs: { x: [1, 6, 9, 9] },
      outputs: { y: output },
    },
    { opset: 17 },
  );
  const feeds = { x: new ort.Tensor('float32', noise(486), [1, 6, 9, 9]) };
  const y = (await runModel(bytes, feeds)).get('y') as Float32Array;
  const { inputs } = await observe(bytes, [batchOf(feeds)]);
  const [site] = describeModel(readModel(bytes)).sites as [WeightSite];
  const power = y.reduce((sum, value) => sum + value * value, 0);
  expect(powerOf(site, inputs.get('w')!.groups) / power).toBeCloseTo(1, 5);
});

/** y = x·a·b + x·c, twice with the same b. */
const chain = () =>
  buildBytes(
    {
      nodes: [
        makeNode({ op: 'MatMul', inputs: ['x', 'a'], outputs: ['h'] }),
        makeNode({ op: 'MatMul', inputs: ['h', 'b'], outputs: ['i'] }),
        makeNode({ op: 'MatMul', inputs: ['i', 'b'], outputs: ['j'] }),
        makeNode({ op: 'MatMul', inputs: ['x', 'c'], outputs: ['k'] }),
        makeNode({ op: 'Add', inputs: ['j', 'k'], outputs: ['y'] }),
      ],
      initializers: ['a', 'b', 'c'].map((name, i) =>
        makeTensor(
          name,
          DataType.FLOAT,
          [3, 3],
          Float32Array.from({ length: 9 }, (_, at) => Math.sin(at + i)),
        ),
      ),
      inputs: { x: ['n', 3] },
      outputs: { y: ['n', 3] },
    },
    { opset: 17 },
  );

const rowsOf = (count: number, first = 0): Batch => ({
  inputs: { x: { shape: [count, 3], data: Float32Array.from({ length: 3 * count }, (_, i) => first + i) } },
});

test('a fifth of the samples is kept back, and a value serves all weights that take it', async () => {
  const { inputs, unknown } = await observe(chain(), [rowsOf(4), rowsOf(6, 12)]);
  expect(unknown.size).toBe(0);
  for (const id of ['a', 'c']) {
    const [group] = inputs.get(id)!.groups;
    expect([group!.seen.count, group!.heldOut?.count]).toEqual([8, 2]);
    // Samples 4 and 9 of 10 are kept back: rows that begin with 12 and 27.
    expect(Array.from(group!.heldOut!.sums)).toEqual([39, 41, 43]);
  }
});

test('a weight of several users has the rows of all', async () => {
  const { inputs } = await observe(chain(), [rowsOf(5)]);
  expect(inputs.get('b')!.groups[0]).toMatchObject({ seen: { count: 8 }, heldOut: { count: 2 } });
});

test('of one sample nothing is kept back', async () => {
  const { inputs } = await observe(chain(), [rowsOf(1)]);
  expect(inputs.get('a')!.groups[0]).toEqual({ seen: expect.objectContaining({ count: 1 }) as unknown });
});

test('of more rows than are taken, as many are drawn evenly, the same each time', async () => {
  const count = 2 * mostInputRows + 10;
  const first = await observe(chain(), [rowsOf(count)]);
  const { seen, heldOut } = first.inputs.get('a')!.groups[0]!;
  const taken = seen.count + heldOut!.count;
  expect(taken).toBeGreaterThan(mostInputRows - 3);
  expect(taken).toBeLessThanOrEqual(mostInputRows + 1);
  // The mean of 0, 3, 6 …, to a tenth of a percent.
  expect((seen.sums[0]! + heldOut!.sums[0]!) / taken / (1.5 * count)).toBeCloseTo(1, 3);
  expect(await observe(chain(), [rowsOf(count)])).toEqual(first);
});

/** An LSTM that gives the outputs of its steps as y, and what more it is given. */
function recurrentModel(direction: string, more: readonly string[] = [], outputs: readonly string[] = ['y']) {
  const directions = direction === 'bidirectional' ? 2 : 1;
  const numbers = (count: number) => Float32Array.from({ length: count }, (_, i) => Math.sin(i * i));
  return buildBytes(
    {
      nodes: [
        makeNode({
          op: 'LSTM',
          inputs: ['x', 'w', 'r', ...more],
          outputs,
          attributes: { hidden_size: 4, direction },
        }),
      ],
      initializers: [
        makeTensor('w', DataType.FLOAT, [directions, 16, 3], numbers(directions * 48)),
        makeTensor('r', DataType.FLOAT, [directions, 16, 4], numbers(directions * 64)),
        makeTensor('start', DataType.FLOAT, [directions, 1, 4], numbers(directions * 4)),
        makeTensor('lengths', DataType.INT32, [1], [4]),
      ],
      inputs: { x: [5, 1, 3] },
      outputs: { y: outputs.length === 1 ? [5, directions, 1, 4] : [directions, 1, 4] },
    },
    { opset: 17 },
  );
}

const steps = new ort.Tensor(
  'float32',
  Float32Array.from({ length: 15 }, (_, i) => Math.cos(i)),
  [5, 1, 3],
);

test.each(['forward', 'reverse', 'bidirectional'])(
  'recurrent weights, %s, take the output of the step before, zeros first',
  async (direction) => {
    const bytes = recurrentModel(direction);
    const y = (await runModel(bytes, { x: steps })).get('y') as Float32Array;
    const { inputs } = await observe(bytes, [batchOf({ x: steps })]);
    const groups = direction === 'bidirectional' ? 2 : 1;
    expect(inputs.get('w')!.groups).toHaveLength(1);
    expect(inputs.get('r')!.groups).toHaveLength(groups);
    inputs.get('r')!.groups.forEach(({ seen, heldOut }, group) => {
      const isForward = direction === 'forward' || (direction === 'bidirectional' && group === 0);
      // [steps, directions, 1, 4]: all steps but the last one that is computed.
      const sums = [0, 1, 2, 3].map((i) =>
        [0, 1, 2, 3].reduce(
          (sum, step) => sum + y[((isForward ? step : step + 1) * groups + group) * 4 + i]!,
          0,
        ),
      );
      expect(seen.count + (heldOut?.count ?? 0)).toBe(5);
      seen.sums.forEach((sum, i) => expect(sum + (heldOut?.sums[i] ?? 0)).toBeCloseTo(sums[i]!, 5));
    });
  },
);

test('the first step of a recurrent layer takes what it is given to begin with', async () => {
  const bytes = recurrentModel('bidirectional', ['', '', 'start']);
  const y = (await runModel(bytes, { x: steps })).get('y') as Float32Array;
  const start = Float32Array.from({ length: 8 }, (_, i) => Math.sin(i * i));
  const { inputs } = await observe(bytes, [batchOf({ x: steps })]);
  inputs.get('r')!.groups.forEach(({ seen, heldOut }, group) => {
    seen.sums.forEach((sum, i) => {
      const given = [0, 1, 2, 3].map((step) => y[((group === 0 ? step : step + 1) * 2 + group) * 4 + i]!);
      const expected = given.reduce((all, one) => all + one, start[group * 4 + i]!);
      expect(sum + (heldOut?.sums[i] ?? 0)).toBeCloseTo(expected, 5);
    });
  });
});

test('samples are kept back whole where steps come first, in batches as one by one', async () => {
  const numbers = (count: number) => Float32Array.from({ length: count }, (_, i) => Math.sin(i * i));
  const bytes = buildBytes(
    {
      nodes: [
        makeNode({ op: 'Transpose', inputs: ['x'], outputs: ['t'], attributes: { perm: [1, 0, 2] } }),
        makeNode({ op: 'LSTM', inputs: ['t', 'w', 'r'], outputs: ['h'], attributes: { hidden_size: 4 } }),
        makeNode({ op: 'MatMul', inputs: ['t', 'm'], outputs: ['y'] }),
      ],
      initializers: [
        makeTensor('w', DataType.FLOAT, [1, 16, 3], numbers(48)),
        makeTensor('r', DataType.FLOAT, [1, 16, 4], numbers(64)),
        makeTensor('m', DataType.FLOAT, [3, 2], numbers(6)),
      ],
      inputs: { x: ['n', 5, 3] },
      outputs: { h: [5, 1, 'n', 4], y: [5, 'n', 2] },
    },
    { opset: 17 },
  );
  const values = Float32Array.from({ length: 20 * 15 }, (_, i) => Math.cos(i * i + 1));
  const inBatches = (size: number) =>
    Array.from({ length: 20 / size }, (_, i) =>
      batchOf({
        x: new ort.Tensor('float32', values.slice(i * size * 15, (i + 1) * size * 15), [size, 5, 3]),
      }),
    );
  const [together, single] = [await observe(bytes, inBatches(4)), await observe(bytes, inBatches(1))];
  for (const id of ['w', 'r', 'm']) {
    const [own] = together.inputs.get(id)!.groups;
    const [other] = single.inputs.get(id)!.groups;
    expect(own!.heldOut!.count).toBe(20);
    own!.heldOut!.sums.forEach((sum, i) => expect(sum).toBeCloseTo(other!.heldOut!.sums[i]!, 4));
  }
});

test.each([
  ['is given lengths', recurrentModel('forward', ['', 'lengths']), 'r', /lengths of sequences/],
  ['does not give its steps', recurrentModel('forward', [], ['', 'y']), 'r', /does not give the outputs/],
])('a recurrent layer that %s is refused with the reason', async (_, bytes, id, reason) => {
  const { inputs, unknown } = await observe(bytes, [batchOf({ x: steps })]);
  expect(inputs.has('w')).toBe(true);
  expect(unknown.get(id)).toMatch(reason);
});

test.each([
  [
    'is looked up',
    makeNode({ op: 'Gather', inputs: ['t', 'at'], outputs: ['z'] }),
    [3, 4],
    /^Gather takes it too/,
  ],
  [
    'is added',
    makeNode({ op: 'Add', inputs: ['turned', 'turned'], outputs: ['z'] }),
    [4, 6],
    /^Add takes it too/,
  ],
  [
    'is a result',
    makeNode({ op: 'Identity', inputs: ['turned'], outputs: ['z'] }),
    [4, 6],
    /hands it out too/,
  ],
])('the inputs of a matrix that also %s are not known', async (_, other, z, reason) => {
  const bytes = buildBytes(
    {
      nodes: [
        makeNode({ op: 'Transpose', inputs: ['t'], outputs: ['turned'] }),
        makeNode({ op: 'MatMul', inputs: ['x', 'turned'], outputs: ['y'] }),
        makeNode({ op: 'Shape', inputs: ['t'], outputs: ['size'] }),
        other,
      ],
      initializers: [makeTensor('t', DataType.FLOAT, [6, 4], new Float32Array(24).fill(0.5))],
      inputs: { x: [2, 4], at: [3] },
      outputs: { y: [2, 6], z, size: [2] },
      types: { at: DataType.INT64, size: DataType.INT64 },
    },
    { opset: 17 },
  );
  const { unknown } = await observe(bytes, []);
  expect([...unknown.keys()]).toEqual(['t']);
  expect(unknown.get('t')).toMatch(reason);
});

test('the inputs of a square matrix that is taken as it is and turned are not known', async () => {
  const bytes = buildBytes(
    {
      nodes: [
        makeNode({ op: 'MatMul', inputs: ['x', 't'], outputs: ['h'] }),
        makeNode({ op: 'Transpose', inputs: ['t'], outputs: ['turned'] }),
        makeNode({ op: 'MatMul', inputs: ['h', 'turned'], outputs: ['y'] }),
      ],
      initializers: [makeTensor('t', DataType.FLOAT, [4, 4], new Float32Array(16).fill(0.5))],
      inputs: { x: [2, 4] },
      outputs: { y: [2, 4] },
    },
    { opset: 17 },
  );
  const { unknown } = await observe(bytes, []);
  expect(unknown.get('t')).toMatch(/multiply along different axes/);
});

test('a table of embeddings has no rows, and batches that do not fit are refused', async () => {
  const bytes = buildBytes(
    {
      nodes: [makeNode({ op: 'Gather', inputs: ['t', 'at'], outputs: ['y'] })],
      initializers: [makeTensor('t', DataType.FLOAT, [64, 24], new Float32Array(1536))],
      inputs: { at: [2] },
      outputs: { y: [2, 24] },
      types: { at: DataType.INT64 },
    },
    { opset: 17 },
  );
  expect(await observe(bytes, [])).toEqual({
    inputs: new Map(),
    unknown: new Map([['t', 'the inputs of Gather are not looked at']]),
  });
  await expect(observe(chain(), [])).rejects.toMatchObject({ code: 'calibration-invalid' });
  await expect(observe(chain(), [{ inputs: {} }])).rejects.toMatchObject({ code: 'calibration-invalid' });
});
