import { quantize, seededRandom, type Batch, type Recipe } from '@lowbit/core';
import { minMax, mse } from '@lowbit/methods';
import * as ort from 'onnxruntime-web';
import { expect, test } from 'vitest';
import { onnx } from '../src/index.js';
import { DataType } from '../src/schema/proto.js';
import { makeNode } from '../src/graph/make-node.js';
import { makeTensor } from '../src/graph/make-tensor.js';
import { buildBytes } from './helpers/build-model.js';

ort.env.wasm.numThreads = 1;
const random = seededRandom(3);
const noise = (length: number) => Float32Array.from({ length }, () => random() - 0.5);
const bytes = buildBytes({
  nodes: [makeNode({ op: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] })],
  initializers: [makeTensor('w', DataType.FLOAT, [64, 64], noise(64 * 64))],
  inputs: { x: [2, 64] },
  outputs: { y: [2, 64] },
});
const batches: readonly Batch[] = [1, 2, 3].map(() => ({
  inputs: { x: { shape: [2, 64], data: noise(128) } },
}));
async function* generated() {
  for (const batch of batches) yield await Promise.resolve(batch);
}
const port = () => onnx(bytes, { ort, integers: 'operators' });

test.each([
  ['ranges', minMax()],
  ['all', mse()],
] as const)('data give what observing them gives: %s', async (statistics, activations) => {
  const recipe: Recipe = { weights: minMax({ zeroPoint: 'integer' }), activations };
  const calibration = await port().observe!(batches, { statistics });
  const expected = await quantize(port(), { ...recipe, calibration });
  for (const data of [batches, generated()]) {
    const done = await quantize(port(), { ...recipe, data });
    expect(done.model).toEqual(expected.model);
    expect(done.calibration).toEqual(calibration);
    const kept = data === batches ? [] : [expect.stringContaining('3 batches were kept') as string];
    expect(done.report.warnings).toEqual([...expected.report.warnings, ...kept]);
  }
});

test('a recipe for weights alone does not touch its data', async () => {
  const weights = minMax();
  const { model } = await quantize(onnx(bytes), { weights });
  const done = await quantize(onnx(bytes), { weights, data: generated() });
  expect(done.model).toEqual(model);
  expect(done.report.warnings).toContainEqual(expect.stringContaining('the data were not read'));
  const needing = { weights, activations: minMax(), data: batches };
  await expect(quantize(onnx(bytes), needing)).rejects.toMatchObject({ code: 'calibration-missing' });
});
