import type { LayerDescriptor } from '@lowbit/core';
import * as tfLayers from '@tensorflow/tfjs-layers';
import { expect } from 'vitest';
import { onEveryBackend } from '../../test/backends.js';
import { imageModel, sequenceModel, smallSequential } from '../../test/models.js';
import { ScaleLayer } from '../../test/scale-layer.js';
import { surveyModel } from '../model/survey.js';
import { disposeWeights } from '../model/dispose-weights.js';
import { describeLayer } from './describe-layer.js';

function describeAll(model: tfLayers.LayersModel): readonly LayerDescriptor[] {
  return surveyModel(model).map((entry, depth) => describeLayer(entry, depth));
}

function axes(all: readonly LayerDescriptor[]) {
  return all.flatMap(({ weights }) =>
    weights.map(({ id, kernel, shape, outputAxes, inputAxis }) => [id, kernel, shape, outputAxes, inputAxis]),
  );
}

onEveryBackend('describeLayer', (test) => {
  test('Dense and Conv1D: the last axis is output, the one before is input', () => {
    const model = smallSequential();
    expect(axes(describeAll(model))).toEqual([
      ['first/kernel', 'kernel', [2, 2, 3], [2], 1],
      ['last/kernel', 'kernel', [15, 4], [1], 0],
    ]);
    disposeWeights(model);
  });

  test('Conv2D, depthwise, separable, transposed', () => {
    const model = imageModel();
    expect(axes(describeAll(model))).toEqual([
      ['conv/kernel', 'kernel', [3, 3, 3, 4], [3], 2],
      ['depthwise/depthwise_kernel', 'kernel', [3, 3, 4, 2], [2, 3], undefined],
      ['separable/depthwise_kernel', 'kernel', [2, 2, 8, 2], [2, 3], undefined],
      ['separable/pointwise_kernel', 'kernel', [1, 1, 16, 5], [3], 2],
      ['transposed/kernel', 'kernel', [2, 2, 6, 5], [2], 3],
    ]);
    disposeWeights(model);
  });

  test('Embedding by row, recurrent kernels by gate and unit, through wrappers', () => {
    const model = sequenceModel();
    expect(axes(describeAll(model))).toEqual([
      ['words/embeddings', 'embedding', [7, 3], [0], 1],
      ['both/forward_lstm/kernel', 'kernel', [3, 8], [1], 0],
      ['both/forward_lstm/recurrent_kernel', 'recurrent', [2, 8], [1], 0],
      ['both/backward_lstm/kernel', 'kernel', [3, 8], [1], 0],
      ['both/backward_lstm/recurrent_kernel', 'recurrent', [2, 8], [1], 0],
      ['each/dense/kernel', 'kernel', [4, 3], [1], 0],
      ['gru/kernel', 'kernel', [3, 6], [1], 0],
      ['gru/recurrent_kernel', 'recurrent', [2, 6], [1], 0],
    ]);
    disposeWeights(model);
  });

  test('whatever is not quantized has a reason', () => {
    const model = imageModel();
    const all = describeAll(model);
    const notes = all.flatMap(({ skipped = [] }) => skipped);
    expect(notes.map(({ subject }) => subject)).toEqual([
      'norm',
      'depthwise/bias',
      'separable/bias',
      'transposed/bias',
      'pool',
    ]);
    expect(all.every(({ weights, skipped }) => weights.length > 0 || skipped?.length === 1)).toBe(true);
    expect(all.map(({ depth }) => depth)).toEqual(all.map((_, i) => i));
    disposeWeights(model);
  });

  test("a user's own layer stays float and says so", () => {
    const layers = [tfLayers.layers.dense({ units: 2, inputShape: [2] }), new ScaleLayer({ name: 'own' })];
    const model = tfLayers.sequential({ layers });
    expect(describeAll(model)[1]!.skipped).toEqual([
      { subject: 'own', reason: "the axes of a ScaleLayer layer's weights are not known: they stay float" },
    ]);
    disposeWeights(model);
  });

  test('counts multiplications where shapes are known', () => {
    const model = imageModel();
    const macs = Object.fromEntries(describeAll(model).map((layer) => [layer.id, layer.macs]));
    expect(macs).toEqual({
      conv: 6 * 6 * 3 * 3 * 3 * 4,
      norm: undefined,
      depthwise: 4 * 4 * 3 * 3 * 4 * 2,
      separable: 3 * 3 * (2 * 2 * 8 * 2 + 16 * 5),
      transposed: 3 * 3 * 2 * 2 * 6 * 5,
      pool: undefined,
    });
    disposeWeights(model);
  });

  test('read gives a copy of the values', async () => {
    const model = smallSequential();
    const [weight] = describeAll(model)[0]!.weights;
    const first = await weight!.read();
    expect(first).toEqual(model.layers[0]!.getWeights()[0]!.dataSync());
    first.fill(0);
    expect((await weight!.read())[0]).not.toBe(0);
    expect(weight!.storedBytes).toBe(2 * 2 * 3 * 4);
    disposeWeights(model);
  });

  test('reading a disposed model is a typed error', async () => {
    const model = smallSequential();
    const [weight] = describeAll(model)[0]!.weights;
    disposeWeights(model);
    await expect(weight!.read()).rejects.toMatchObject({ code: 'runtime-failed', where: 'first/kernel' });
  });

  test('without a fixed input size no multiplications are claimed', () => {
    const { layers } = tfLayers;
    const conv = layers.conv2d({ name: 'conv', filters: 2, kernelSize: 1, inputShape: [null, null, 3] });
    const model = tfLayers.sequential({ layers: [conv] });
    expect(describeAll(model)[0]!.macs).toBeUndefined();
    disposeWeights(model);
  });
});
