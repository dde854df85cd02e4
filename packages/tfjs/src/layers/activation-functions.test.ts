import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import * as tfLayers from '@tensorflow/tfjs-layers';
import { beforeAll, expect, it } from 'vitest';

import { activationClasses } from './activation-functions.js';
import { registerLayers } from './register-layers.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
  registerLayers();
});

const values = [-2.7, -0.9, -0.45, 0.2, 0.62, 1.3, 3.4, 0.7, -0.1, 0.4];

/** These have values above 0 alone, or change fast beside it. */
const above = 'lowbitSquareRoot lowbitRsqrt lowbitReciprocal lowbitLog lowbitLog1p'.split(' ');
const valuesOf = (name: string) =>
  above.includes(name) ? values.map((value) => Math.abs(value) + 0.25) : values;

it.each(activationClasses.map(({ className }) => className))(
  '%s has the gradient of what it computes',
  (name) => {
    const points = valuesOf(name);
    const layer = tfLayers.layers.activation({ activation: name as 'relu' });
    const share = tf.tensor([0.3, -0.7, 1.1, 0.9, -0.2], [5]);
    const loss = (x: tf.Tensor) => tf.sum(tf.mul(layer.call(x, {}) as tf.Tensor, share)) as tf.Scalar;
    const start = tf.tensor(points, [2, 5]);
    const gradient = tf.grad(loss)(start).dataSync();
    points.forEach((_, i) => {
      const moved = (by: number) =>
        loss(
          tf.tensor(
            points.map((value, k) => (k === i ? value + by : value)),
            [2, 5],
          ),
        ).dataSync()[0]!;
      const step = 2 ** -7;
      expect(gradient[i]).toBeCloseTo((moved(step) - moved(-step)) / (2 * step), 2);
    });
  },
);

it('activations keep their names when a model is saved and loaded', async () => {
  for (const { className } of activationClasses) {
    const dense = tfLayers.layers.dense({ units: 2, inputShape: [3], activation: className as 'relu' });
    const model = tfLayers.sequential({ layers: [dense] });
    const again = await tfLayers.models.modelFromJSON(model.toJSON(null, false) as never);
    expect(again.layers[0]!.getConfig()['activation']).toBe(className);
    [model, again].forEach((each) => each.dispose());
  }
});

it('a model with gelu_new of TensorFlow.js is loaded again, and computes the same', async () => {
  const dense = tfLayers.layers.dense({ units: 2, inputShape: [3], activation: 'gelu_new' });
  const model = tfLayers.sequential({ layers: [dense] });
  const again = await tfLayers.models.modelFromJSON(model.toJSON(null, false) as never);
  again.setWeights(model.getWeights());
  const x = tf.tensor2d([-4, 0.5, 3, 0.1, -0.2, -1], [2, 3]);
  const [expected, values] = [model, again].map((each) => (each.predict(x) as tf.Tensor).dataSync());
  values!.forEach((value, i) => expect(value).toBeCloseTo(expected![i]!, 6));
  [model, again].forEach((each) => each.dispose());
});
