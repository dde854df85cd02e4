import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measureError, quantize, type Quantizer } from '@lowbit/core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfLayers from '@tensorflow/tfjs-layers';
import { expect } from 'vitest';
import { onEveryBackend } from '../../test/backends.js';
import { withSeededWeights } from '../../test/models.js';
import { grid } from '../../test/quantizers.js';
import { load, save, tfjs } from '../index.js';
import { disposeWeights } from '../model/dispose-weights.js';
import { surveyModel } from '../model/survey.js';
import { fileSystem } from '../node/index.js';

const { layers } = tfLayers;
type Symbolic = tfLayers.SymbolicTensor;

/** Every layer class that can take a normalization in, with and without a bias, γ and β. */
function everyClass(): tfLayers.Sequential {
  return withSeededWeights(
    tfLayers.sequential({
      name: 'every',
      layers: [
        layers.conv2d({ name: 'conv', filters: 4, kernelSize: 3, inputShape: [8, 8, 3], useBias: false }),
        layers.batchNormalization({ name: 'conv_norm' }),
        layers.reLU({ name: 'relu' }),
        layers.depthwiseConv2d({ name: 'depthwise', kernelSize: 3, depthMultiplier: 2 }),
        layers.batchNormalization({ name: 'depthwise_norm', scale: false }),
        layers.separableConv2d({ name: 'separable', filters: 5, kernelSize: 2, useBias: false }),
        layers.batchNormalization({ name: 'separable_norm', center: false }),
        layers.conv2dTranspose({ name: 'transposed', filters: 6, kernelSize: 2 }),
        layers.batchNormalization({ name: 'transposed_norm', epsilon: 0.1, axis: 3 }),
        layers.flatten({ name: 'flat' }),
        layers.dense({ name: 'dense', units: 7 }),
        layers.batchNormalization({ name: 'dense_norm' }),
      ],
    }),
  );
}

/** A nested model that is used twice, and branches. */
function nested(): tfLayers.LayersModel {
  const inner = tfLayers.sequential({
    name: 'inner',
    layers: [
      layers.conv1d({ name: 'conv', filters: 3, kernelSize: 2, inputShape: [6, 2] }),
      layers.batchNormalization({ name: 'norm' }),
      layers.globalAveragePooling1d({ name: 'pool' }),
    ],
  });
  const inputs = ['a', 'b'].map((name) => tfLayers.input({ name, shape: [6, 2] }));
  const branches = inputs.map((each) => inner.apply(each) as Symbolic);
  const sum = layers.add({ name: 'sum' }).apply(branches);
  const dense = layers.dense({ name: 'dense', units: 4, useBias: false }).apply(sum);
  const norm = layers.batchNormalization({ name: 'norm' }).apply(dense);
  const outputs = layers.concatenate({ name: 'join' }).apply([norm, sum] as Symbolic[]) as Symbolic;
  return withSeededWeights(tfLayers.model({ name: 'outer', inputs, outputs }));
}

/** One normalization for each reason not to fold. */
function refusals(): tfLayers.LayersModel {
  const x = tfLayers.input({ name: 'x', shape: [5] });
  const norm = (name: string, axis = -1) => layers.batchNormalization({ name, axis });
  const dense = (name: string, activation?: 'relu') =>
    layers.dense({ name, units: 5, ...(activation !== undefined && { activation }) });
  const active = norm('after_activation').apply(dense('active', 'relu').apply(x)) as Symbolic;
  const split = dense('split').apply(active) as Symbolic;
  const one = norm('after_split').apply(split) as Symbolic;
  const shared = dense('shared');
  const twice = [one, split].map((each) => shared.apply(each) as Symbolic);
  const sharedNorm = norm('shared_norm');
  const normed = twice.map((each) => sharedNorm.apply(each) as Symbolic);
  const sum = layers.add({ name: 'sum' }).apply(normed) as Symbolic;
  const afterAdd = norm('after_add').apply(sum) as Symbolic;
  const last = dense('last').apply(afterAdd) as Symbolic;
  const lastNorm = norm('last_norm').apply(last) as Symbolic;
  const square = layers.reshape({ name: 'square', targetShape: [5, 1] }).apply(lastNorm) as Symbolic;
  const rows = layers.dense({ name: 'rows', units: 5 }).apply(square) as Symbolic;
  const wrongAxis = norm('wrong_axis', 1).apply(rows) as Symbolic;
  return withSeededWeights(tfLayers.model({ name: 'refusals', inputs: x, outputs: [last, wrongAxis] }));
}

/** Leaves the values exactly as they are: one code a value. */
const exact: Quantizer = {
  ...grid,
  name: 'exact',
  fit: (values) => ({ kind: 'codebook', values: Float32Array.from(new Set(values.slice().sort())) }),
  bits: { weight: [8] },
};

/** An even grid over the observed range. */
const ranged: Quantizer = {
  ...grid,
  name: 'ranged',
  roles: ['activation'],
  bits: { activation: [8] },
  fit: (_values, { statistics }) => {
    const { min, max } = statistics!;
    return { kind: 'affine', levels: 256, scale: Math.fround((max - min) / 255), offset: Math.fround(min) };
  },
};

function outputs(model: tfLayers.LayersModel): Float32Array {
  const result = tf.tidy(() => {
    const inputs = model.inputs.map(({ shape }, i) => {
      const size = [3, ...(shape.slice(1) as number[])];
      const values = Float32Array.from({ length: tf.util.sizeFromShape(size) }, (_, k) =>
        Math.sin(k + 5 * i),
      );
      return tf.tensor(values, size);
    });
    const all = model.predict(inputs) as tf.Tensor | tf.Tensor[];
    return (Array.isArray(all) ? all : [all]).map((each) => [...each.dataSync()]);
  }) as unknown as number[][];
  return Float32Array.from(result.flat());
}

const classesOf = (model: tfLayers.LayersModel) =>
  surveyModel(model).map(({ layer }) => layer.getClassName());

onEveryBackend('folding batch normalization', (test) => {
  for (const make of [everyClass, nested]) {
    test(`${make.name}: computes the same, with no normalization left`, async () => {
      const original = make();
      const before = outputs(original);
      // Everything stays float but one layer, whose values are kept exactly.
      const { model, report } = await quantize(tfjs(original, { foldBatchNorm: true }), {
        weights: exact,
        granularity: 'channel',
        include: ['*conv/kernel'],
      });
      // What float32 rounds in a chain of a few sums.
      expect(measureError(before, outputs(model)).sqnrDb).toBeGreaterThan(120);
      expect(classesOf(original).filter((name) => name === 'BatchNormalization')).not.toHaveLength(0);
      expect(classesOf(model)).not.toContain('BatchNormalization');
      expect(outputs(original)).toEqual(before);
      const { bytes } = await save(model, { save: async () => ({ modelArtifactsInfo: undefined as never }) });
      expect(report.modelBytes.after).toBe(bytes);
      for (const each of [original, model]) disposeWeights(each);
    });

    test(`${make.name}: the folded kernel is what is quantized, and it is saved and loaded`, async () => {
      const original = make();
      const { model, report } = await quantize(tfjs(original, { foldBatchNorm: true }), { weights: grid });
      expect(measureError(outputs(original), outputs(model)).sqnrDb).toBeGreaterThan(30);
      // 8 bits a channel of what the new model holds: 40 dB and more, whatever the normalization scaled it by.
      for (const { error } of report.weights) expect(error!.sqnrDb).toBeGreaterThan(35);
      const folder = await mkdtemp(join(tmpdir(), 'lowbit-fold-'));
      const { weights } = await save(model, fileSystem(folder));
      expect(weights.filter(({ form }) => form === 'packed 8-bit')).toHaveLength(report.weights.length);
      const loaded = await load(fileSystem(folder));
      await rm(folder, { recursive: true });
      expect(outputs(loaded)).toEqual(outputs(model));
      for (const each of [original, model, loaded]) disposeWeights(each);
    });
  }

  test('what cannot be folded is reported with its reason and works as before', async () => {
    const original = refusals();
    const { model, report } = await quantize(tfjs(original, { foldBatchNorm: true }), {
      weights: grid,
      include: ['active/*'],
    });
    const reasons = new Map(report.skipped.map(({ subject, reason }) => [subject, reason]));
    const expected = {
      after_activation: 'the activation of active comes between: relu',
      after_split: 'the output of split goes elsewhere too',
      shared_norm: 'it is used more than once',
      after_add: 'it follows sum, which is no convolution and no Dense but Add',
      last_norm: 'the output of last goes elsewhere too',
      wrong_axis: 'it normalizes axis 1, not the channels',
    };
    for (const [name, reason] of Object.entries(expected))
      expect(reasons.get(name)).toBe(`not folded: ${reason}; it stays float`);
    expect(classesOf(model)).toEqual(classesOf(original));
    expect(measureError(outputs(original), outputs(model)).sqnrDb).toBeGreaterThan(30);
    for (const each of [original, model]) disposeWeights(each);
  });

  test('a layer that takes a normalization in can have a quantized input', async () => {
    const original = everyClass();
    const port = tfjs(original, { foldBatchNorm: true });
    const data = Float32Array.from({ length: 4 * 192 }, (_, i) => Math.sin(i));
    const calibration = await port.observe([{ inputs: { x: { shape: [4, 8, 8, 3], data } } }]);
    const { model, report } = await quantize(port, { weights: grid, activations: ranged, calibration });
    expect(report.activations).toHaveLength(5);
    expect(classesOf(model)).not.toContain('BatchNormalization');
    expect(measureError(outputs(original), outputs(model)).sqnrDb).toBeGreaterThan(25);
    for (const each of [original, model]) disposeWeights(each);
  });

  test('without the option nothing is folded', async () => {
    const original = everyClass();
    const { model } = await quantize(tfjs(original, {}), { weights: grid });
    expect(classesOf(model)).toEqual(classesOf(original));
    for (const each of [original, model]) disposeWeights(each);
  });
});
