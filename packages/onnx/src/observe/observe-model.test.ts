import { seededRandom, type Batch } from '@lowbit/core';
import { isComplete } from '@lowbit/core/method';
import * as ort from 'onnxruntime-web';
import { expect, test } from 'vitest';
import { buildModel } from '../../test/helpers/build-model.js';
import { DataType } from '../schema/proto.js';
import { makeNode } from '../graph/make-node.js';
import { makeTensor } from '../graph/make-tensor.js';
import { writeModel } from '../model/write-model.js';
import { observeModel } from './observe-model.js';
import type { OrtRuntime } from './ort.js';
import { readableOutputs } from './readable-outputs.js';
import { openModel, runBatches } from './run-model.js';

const runtime: OrtRuntime = ort;
ort.env.wasm.numThreads = 1;

const model = buildModel({
  nodes: [
    makeNode({ op: 'Mul', inputs: ['x', 'two'], outputs: ['doubled'] }),
    makeNode({ op: 'Relu', inputs: ['doubled'], outputs: ['y'] }),
  ],
  initializers: [makeTensor('two', DataType.FLOAT, [], [2])],
  inputs: { x: ['n', 3] },
  outputs: { y: ['n', 3] },
});

const sites = [
  { id: 'site of x', tensor: 'x' },
  { id: 'doubled', tensor: 'doubled' },
  { id: 'y', tensor: 'y' },
];
const batch = (shape: readonly number[], data: readonly number[]): Batch => ({
  inputs: { x: { shape, data } },
});

test('gathers the statistics of inputs, inner values and outputs over all batches', async () => {
  const batches = [batch([1, 3], [-1, 0, 2]), batch([2, 3], [5, -8, 1, 1, 1, 1])];
  const events: number[] = [];
  const seen = await observeModel(model, sites, runtime, batches, {
    onProgress: ({ done }) => events.push(done),
  });
  expect(seen).toMatchObject({ format: 'lowbit-calibration', version: 1, port: 'onnx', batches: 2 });
  expect(seen.sites['site of x']).toMatchObject({ count: 9, min: -8, max: 5, batches: 2 });
  expect(seen.sites.doubled).toMatchObject({ count: 9, min: -16, max: 10 });
  expect(seen.sites.y).toMatchObject({ count: 9, min: 0, max: 10 });
  expect(JSON.parse(JSON.stringify(seen))).toEqual(seen);
  expect(events).toEqual([1, 2]);
});

test('takes batches from an asynchronous source, one at a time', async () => {
  const random = seededRandom(1);
  async function* source(): AsyncGenerator<Batch> {
    for (let count = 0; count < 20; count++) yield batch([1, 3], [random(), random(), 1]);
  }
  const seen = await observeModel(model, sites, runtime, source(), { sampleSize: 10 });
  expect(seen.batches).toBe(20);
  expect(seen.sites.y).toMatchObject({ count: 60, max: 2 });
  const { y } = seen.sites;
  expect(y && isComplete(y) && y.sample).toHaveLength(10);
});

test.each([
  [[], 'at least one batch'],
  [[{ inputs: {} }], 'the inputs x'],
  [[{ inputs: { x: { shape: [1, 3], data: [1, 2, 3] }, z: { shape: [1], data: [1] } } }], 'the inputs x'],
  [[batch([1, 3], [1, 2])], '3 values'],
])('refuses batches that do not fit: %#', async (batches, expected) => {
  const error = await observeModel(model, sites, runtime, batches as Batch[]).catch(
    (caught: unknown) => caught,
  );
  expect(error).toMatchObject({
    code: 'calibration-invalid',
    expected: expect.stringContaining(expected) as string,
  });
});

test('a model without sites is not run', async () => {
  const seen = await observeModel(model, [], runtime, [batch([1, 3], [1, 2, 3])]);
  expect(seen).toMatchObject({ batches: 1, sites: {} });
});

test('a model that does not run tells why when ranges are asked for, too', async () => {
  const given = [batch([1, 4], [1, 2, 3, 4])];
  const run = observeModel(model, sites, runtime, given, { statistics: 'ranges' });
  await expect(run).rejects.toMatchObject({ code: 'runtime-failed' });
});

test('tells what the runtime says', async () => {
  const run = observeModel(model, sites, runtime, [batch([1, 4], [1, 2, 3, 4])]);
  await expect(run).rejects.toMatchObject({ code: 'runtime-failed' });
});

test('stops when it is told to', async () => {
  const run = observeModel(model, sites, runtime, [batch([1, 3], [1, 2, 3])], { signal: { aborted: true } });
  await expect(run).rejects.toMatchObject({ code: 'aborted' });
});

test('runs a model batch by batch', async () => {
  const outputs = [];
  const open = await openModel(readableOutputs(model), writeModel(model), runtime);
  for await (const output of runBatches(open, [batch([1, 3], [-1, 0, 2])])) {
    outputs.push(output);
  }
  await open.session.release();
  expect(outputs).toEqual([{ y: { shape: [1, 3], data: Float32Array.of(0, 0, 4) } }]);
});
