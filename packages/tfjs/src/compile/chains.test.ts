import { quantize } from '@lowbit/core';
import { minMax } from '@lowbit/methods';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as tfLayers from '@tensorflow/tfjs-layers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withSeededWeights } from '../../test/models.js';
import { grid } from '../../test/quantizers.js';
import { disposeWeights } from '../model/dispose-weights.js';
import { tfjs } from '../tfjs.js';
import { compile, type CompiledModel } from './compile.js';

const { layers } = tfLayers;

type Node = tfLayers.SymbolicTensor;

/** A network of two blocks as MobileNetV2 has them, the second with a residual connection, and a rectifier behind that. */
function blocks(): tfLayers.LayersModel {
  const input = tfLayers.input({ shape: [9, 8, 3] });
  const after = (x: Node, ...rest: tfLayers.layers.Layer[]) =>
    rest.reduce((from, layer) => layer.apply(from) as Node, x);
  const conv = (name: string, filters: number, kernelSize = 1) =>
    layers.conv2d({ name, filters, kernelSize, padding: 'same', useBias: false });
  const norm = (name: string) => layers.batchNormalization({ name: `${name}-norm` });
  const limit = (name: string) => layers.reLU({ name: `${name}-relu`, maxValue: 6 });
  const wide = (name: string, filters: number) => [conv(name, filters), norm(name), limit(name)];
  const deep = (name: string, strides: number, padding: 'same' | 'valid') => [
    layers.depthwiseConv2d({ name, kernelSize: 3, strides, padding, useBias: false }),
    ...[norm(name), limit(name)],
  ];
  const border = layers.zeroPadding2d({
    name: 'border',
    padding: [
      [0, 1],
      [0, 1],
    ],
  });
  const one = after(input, ...wide('wide1', 18), border, ...deep('deep1', 2, 'valid'), conv('narrow1', 6));
  const two = after(
    one,
    ...wide('wide2', 13),
    ...deep('deep2', 1, 'same'),
    conv('narrow2', 6),
    norm('narrow2'),
  );
  const sum = layers.add({ name: 'sum' }).apply([one, two]) as Node;
  const end = after(sum, layers.reLU({ name: 'sum-relu' }), layers.flatten({ name: 'flat' }));
  const last = layers.dense({ name: 'last', units: 5 }).apply(end) as Node;
  return withSeededWeights(tfLayers.model({ inputs: input, outputs: last }));
}

const pictures = () =>
  tf.tensor(
    Float32Array.from({ length: 2 * 216 }, (_, i) => 3 * Math.sin(i * i)),
    [2, 9, 8, 3],
  );

function predicted(model: Pick<tfLayers.LayersModel, 'predict'>, input: tf.Tensor): number[] {
  return tf.tidy(() => [...(model.predict(input) as tf.Tensor).dataSync()]);
}

/** Names of all layers with what each does with its outputs. */
const told = (compiled: CompiledModel) =>
  compiled
    .explain()
    .map(({ layer, inputs, next, residual, rectifier }) => [layer, inputs, next, residual, rectifier]);

describe.each([
  ['cpu', 'auto'],
  ['wasm', 'auto'],
  ['wasm', 'scalar'],
] as const)('on the backend %s, %s', (backend, variant) => {
  let before = 0;
  beforeEach(async () => {
    await tf.setBackend(backend);
    before = tf.memory().numTensors;
  });
  afterEach(() => expect(tf.memory().numTensors).toBe(before));

  it('runs what follows each other as one operation, and adds in it', async () => {
    const original = blocks();
    const { model } = await quantize(tfjs(original), { weights: grid, bits: 8, granularity: 'channel' });
    const compiled = await compile(model, { activations: 'dynamic', variant });
    expect(told(compiled)).toEqual([
      ['wide1', 'dynamic', 'deep1', undefined, 'wide1-relu'],
      ['deep1', 'steps', 'narrow1', undefined, 'deep1-relu'],
      ['narrow1', 'dynamic', undefined, undefined, undefined],
      ['wide2', 'dynamic', 'deep2', undefined, 'wide2-relu'],
      ['deep2', 'steps', 'narrow2', undefined, 'deep2-relu'],
      ['narrow2', 'dynamic', undefined, 'sum', 'sum-relu'],
      ['last', 'dynamic', undefined, undefined, undefined],
    ]);
    expect(compiled.explain().every(({ bytes }) => bytes! > 0)).toBe(true);
    const input = pictures();
    const expected = predicted(model, input);
    expect(new Set(expected).size).toBe(10);
    const values = predicted(compiled, input);
    values.forEach((value, at) => expect(Math.abs(value - expected[at]!)).toBeLessThan(0.05));
    // One sample that is none makes nothing of the other.
    const spoilt = tf.tidy(() => tf.concat([tf.fill([1, 9, 8, 3], NaN), tf.slice(input, 1, 1)]));
    expect(predicted(compiled, spoilt)).toEqual([...new Array<number>(5).fill(NaN), ...values.slice(5)]);
    tf.dispose([input, spoilt]);
    compiled.dispose();
    for (const each of [original, model]) disposeWeights(each);
  });

  it('computes what a model with quantized inputs does, with integers between layers', async () => {
    const original = blocks();
    const port = tfjs(original);
    const input = pictures();
    const data = new Float32Array(input.dataSync());
    const batch = { [original.inputNames[0]!]: { shape: input.shape, data } };
    const calibration = await port.observe([{ inputs: batch }]);
    const recipe = { weights: minMax(), bits: 8, granularity: 'channel', calibration } as const;
    const { model } = await quantize(port, { ...recipe, activations: minMax(), activationBits: 8 });
    const compiled = await compile(model, { variant });
    const explained = compiled.explain().filter(({ isPacked }) => isPacked);
    expect(explained.map(({ inputs }) => inputs)).toEqual(new Array(7).fill('steps'));
    const next = ['deep1', 'narrow1', undefined, 'deep2', 'narrow2', undefined, undefined];
    expect(explained.map((layer) => layer.next)).toEqual(next);
    const expected = predicted(model, input);
    predicted(compiled, input).forEach((value, at) =>
      expect(Math.abs(value - expected[at]!)).toBeLessThan(0.02),
    );
    input.dispose();
    compiled.dispose();
    for (const each of [original, model]) disposeWeights(each);
  });
});
