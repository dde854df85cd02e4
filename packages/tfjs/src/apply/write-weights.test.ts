import { decode, encode, type QuantizedTensor } from '@lowbit/core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfLayers from '@tensorflow/tfjs-layers';
import { expect } from 'vitest';
import { onEveryBackend } from '../../test/backends.js';
import { imageModel, sequenceModel, withSeededWeights } from '../../test/models.js';
import { rebuild } from '../model/rebuild.js';
import { disposeWeights } from '../model/dispose-weights.js';
import { writeWeights } from './write-weights.js';

function valuesOf(model: tfLayers.LayersModel): Float32Array[] {
  return model.getWeights().map((weight) => weight.dataSync<'float32'>().slice());
}

function constant(shape: number[], value: number): QuantizedTensor {
  const values = new Float32Array(tf.util.sizeFromShape(shape)).fill(value);
  return encode(values, shape, 'tensor', {
    bits: 1,
    parameterStorage: 'float32',
    where: 'test',
    fit: () => ({ kind: 'affine', levels: 1, scale: 0, offset: value }),
  });
}

onEveryBackend('writeWeights', (test) => {
  for (const make of [imageModel, sequenceModel]) {
    test(`${make.name}: what is not quantized is copied bit for bit`, async () => {
      const model = make();
      const copy = await rebuild(model);
      writeWeights(model, copy, new Map());
      expect(valuesOf(copy)).toEqual(valuesOf(model));
      disposeWeights(model);
      disposeWeights(copy);
    });
  }

  test('trainable flags travel, and do not mix up the weights', async () => {
    const model = imageModel();
    model.layers[0]!.trainable = false;
    model.layers[2]!.weights[0]!.trainable = false;
    const copy = await rebuild(model);
    writeWeights(model, copy, new Map());
    expect(copy.trainableWeights.map(({ originalName }) => originalName)).toEqual(
      model.trainableWeights.map(({ originalName }) => originalName),
    );
    expect(valuesOf(copy)).toEqual(valuesOf(model));
    disposeWeights(model);
    disposeWeights(copy);
  });

  test('a constraint does not change decoded values', async () => {
    const dense = tfLayers.layers.dense({
      name: 'dense',
      units: 2,
      inputShape: [3],
      kernelConstraint: tfLayers.constraints.maxNorm({ maxValue: 0.1 }),
    });
    const model = withSeededWeights(tfLayers.sequential({ layers: [dense] }));
    const copy = await rebuild(model);
    const tensor = constant([3, 2], 5);
    writeWeights(model, copy, new Map([['dense/kernel', tensor]]));
    expect(valuesOf(copy)[0]).toEqual(decode(tensor));
    disposeWeights(model);
    disposeWeights(copy);
  });

  test('training the copy leaves the original values alone', async () => {
    const model = imageModel();
    const original = valuesOf(model);
    const copy = await rebuild(model);
    writeWeights(model, copy, new Map());
    withSeededWeights(copy, 2);
    expect(valuesOf(model)).toEqual(original);
    expect(valuesOf(copy)).not.toEqual(original);
    disposeWeights(model);
    disposeWeights(copy);
  });
});
