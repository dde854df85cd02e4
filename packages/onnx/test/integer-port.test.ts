import { cascade, everywhere, quantize, type Recipe } from '@lowbit/core';
import { absmax, dynamic, minMax, mse } from '@lowbit/methods';
import * as ort from 'onnxruntime-web';
import { expect, test } from 'vitest';
import { integerWeights, onnx, parseTarget, readModel } from '../src/index.js';
import { letters } from './helpers/letters.js';
import { operatorsRun } from './helpers/operators-run.js';
import { realBytes } from './helpers/real-models.js';

ort.env.wasm.numThreads = 1;
const bytes = realBytes('detector');
const [height, width] = [160, 192];
const shape = [1, 3, height, width];
const pages = [1, 2].map((seed) => letters(seed, height, width));
const weights = cascade(everywhere(8), integerWeights(mse({ grid: 'symmetric', levels: 'odd' })));

async function decibels(one: Uint8Array, other: Uint8Array): Promise<number> {
  const run = async (model: Uint8Array) => {
    for await (const outputs of onnx(model, { ort }).run!([letters(4, height, width)]))
      return Object.values(outputs)[0]!.data;
    throw new Error('nothing ran');
  };
  const [a, b] = [await run(one), await run(other)];
  const energy = (values: Float32Array) => values.reduce((sum, value) => sum + value * value, 0);
  return 10 * Math.log10(energy(a) / energy(a.map((value, i) => value - b[i]!)));
}

const count = (operators: readonly string[], name: string) => operators.filter((one) => one === name).length;

test.each([
  ['operators', 'ConvInteger', 15],
  ['qdq', 'QLinearConv', 10],
] as const)('the detector of opset 11 computes in integers: %s', async (integers, operator, fewest) => {
  const port = onnx(bytes, { ort, integers });
  const calibration = await port.observe!(pages);
  const { model, report } = await quantize(port, {
    weights: minMax(),
    bits: weights,
    activations: minMax(),
    calibration,
  });
  expect(count(operatorsRun(model.bytes, { x: shape }), operator)).toBeGreaterThanOrEqual(fewest);
  // Weights alone reach 20 dB on such a page.
  expect(await decibels(bytes, model.bytes)).toBeGreaterThan(16);
  expect(model.bytes.length).toBeLessThan(0.3 * bytes.length);
  const reasons = report.weights.map(({ storageReason }) => storageReason);
  expect(reasons.filter((reason) => reason.includes('depthwise'))).toHaveLength(14);
  // The smallest of them are left as floats where names and parameters take more bytes than the codes save.
  expect(reasons.filter((reason) => reason.includes('pooled')).length).toBeGreaterThanOrEqual(16);
});

test('statistics are stored as JSON and reused; dynamic ranges need none', async () => {
  const port = onnx(bytes, { ort, integers: 'operators' });
  const stored = JSON.stringify(await port.observe!(pages));
  const recipe: Recipe = { weights: absmax({ levels: 'odd' }), bits: 8, activations: minMax() };
  const first = await quantize(port, { ...recipe, calibration: JSON.parse(stored) });
  const again = await quantize(onnx(bytes, { integers: 'operators' }), {
    ...recipe,
    calibration: JSON.parse(stored),
  });
  expect(again.model.bytes).toEqual(first.model.bytes);
  const measured = await quantize(onnx(bytes, { integers: 'operators' }), {
    ...recipe,
    activations: dynamic(),
  });
  expect(count(operatorsRun(measured.model.bytes, { x: shape }), 'DynamicQuantizeLinear')).toBeGreaterThan(
    10,
  );
  await expect(quantize(port, recipe)).rejects.toMatchObject({ code: 'calibration-missing' });
});

test('without the option nothing is folded, and activations are quantized in floats', async () => {
  const port = onnx(bytes);
  expect(port.observe).toBeUndefined();
  expect(port.run).toBeUndefined();
  const operators = (await port.layers()).map(({ op }) => op);
  const { node } = readModel(bytes).proto.graph!;
  expect(operators).toHaveLength(node.filter(({ opType }) => opType !== 'Constant').length);
  const { model, report } = await quantize(port, {
    weights: absmax({ levels: 'odd' }),
    bits: 8,
    activations: dynamic(),
  });
  const written = new Set(operatorsRun(model.bytes, { x: shape }));
  expect(written).not.toContain('DynamicQuantizeLinear');
  expect(written).not.toContain('ConvInteger');
  expect(report.weights[0]?.storageReason).toContain('quantized to 8 bits by dynamic in front of it');
  expect(() => onnx(bytes, { integers: 'fast' as never })).toThrowError(
    expect.objectContaining({ code: 'unsupported-option' }),
  );
});

test('on WebGPU, which has no integer kernels, no site is offered', async () => {
  const port = onnx(bytes, { integers: 'operators', target: parseTarget('ort-web@1.30/webgpu') });
  const layers = await port.layers();
  expect(layers.flatMap(({ sites }) => sites)).toEqual([]);
});
