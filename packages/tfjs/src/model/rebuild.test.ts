import * as tf from '@tensorflow/tfjs-core';
import * as tfLayers from '@tensorflow/tfjs-layers';
import { expect } from 'vitest';
import { onEveryBackend } from '../../test/backends.js';
import { crossSharedModel, imageModel, sequenceModel, sharedModel } from '../../test/models.js';
import { ForgetfulLayer, ScaleLayer, SilentLayer } from '../../test/scale-layer.js';
import { disposeWeights } from './dispose-weights.js';
import { rebuild } from './rebuild.js';
import { surveyModel } from './survey.js';

class NeverRegistered extends ScaleLayer {
  static override className = 'NeverRegistered';
}

function modelWith(layer: tfLayers.layers.Layer): tfLayers.LayersModel {
  const first = tfLayers.layers.dense({ name: 'first', units: 3, inputShape: [2] });
  return tfLayers.sequential({ name: 'custom', layers: [first, layer] });
}

function topology(model: tfLayers.LayersModel) {
  return surveyModel(model).map(({ id, layer }) => [
    id,
    layer.getClassName(),
    layer.weights.map(({ shape }) => shape),
  ]);
}

onEveryBackend('rebuild', (test) => {
  for (const make of [imageModel, sequenceModel, sharedModel, crossSharedModel]) {
    test(`${make.name}: the same topology, and no tensor is left when both are disposed`, async () => {
      const model = make();
      const copy = await rebuild(model);
      expect(topology(copy)).toEqual(topology(model));
      expect(copy.weights.some((weight) => model.weights.includes(weight))).toBe(false);
      disposeWeights(model);
      disposeWeights(copy);
    });
  }

  test('a class that was never registered is named, nothing is built', async () => {
    const model = modelWith(new NeverRegistered({}));
    const before = tf.memory().numTensors;
    await expect(rebuild(model)).rejects.toMatchObject({
      name: 'LowbitError',
      code: 'layer-unsupported',
      received: 'NeverRegistered',
      remedy: expect.stringContaining('registerClass(NeverRegistered)') as string,
    });
    expect(tf.memory().numTensors).toBe(before);
    disposeWeights(model);
  });

  test('a registered class is made again', async () => {
    tf.serialization.registerClass(ScaleLayer);
    const model = modelWith(new ScaleLayer({ name: 'scale' }));
    const copy = await rebuild(model);
    expect(copy.layers[1]).toBeInstanceOf(ScaleLayer);
    disposeWeights(model);
    disposeWeights(copy);
  });

  test('a class that cannot write its configuration is a typed error', async () => {
    tf.serialization.registerClass(SilentLayer);
    const model = modelWith(new SilentLayer({}));
    await expect(rebuild(model)).rejects.toMatchObject({
      code: 'layer-unsupported',
      received: 'no getConfig',
    });
    disposeWeights(model);
  });

  test('a class that cannot be made from its configuration is a typed error and leaves nothing', async () => {
    tf.serialization.registerClass(ForgetfulLayer);
    const model = modelWith(new ForgetfulLayer({ size: 3 }));
    const before = tf.memory().numTensors;
    await expect(rebuild(model)).rejects.toMatchObject({
      code: 'layer-unsupported',
      received: 'size is missing',
    });
    expect(tf.memory().numTensors).toBe(before);
    disposeWeights(model);
  });
});
