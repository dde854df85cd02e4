import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { inOrder } from '../data/batches.js';
import { side, type Pictures } from '../data/fashion-mnist.js';

const batchSize = 500;

/** Share of pictures that get the right class, in percent. */
export function accuracyOf(model: LayersModel, pictures: Pictures): number {
  let right = 0;
  for (const { values, labels } of inOrder(pictures, batchSize)) {
    const classes = tf.tidy(() => {
      const scores = model.predict(tf.tensor4d(values, [labels.length, side, side, 1]), {
        batchSize: labels.length,
      });
      return tf.argMax(scores as tf.Tensor, 1);
    });
    classes.dataSync().forEach((found, i) => (right += found === labels[i] ? 1 : 0));
    classes.dispose();
  }
  return (100 * right) / pictures.count;
}
