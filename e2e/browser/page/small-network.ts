import { seededRandom } from '@lowbit/core';
import * as tf from '@tensorflow/tfjs-core';
import { layers, sequential, type Sequential } from '@tensorflow/tfjs-layers';

/** A small convolutional network, the same wherever it is made. */
export function smallNetwork(): Sequential {
  const model = sequential({
    layers: [
      layers.conv2d({ name: 'conv', filters: 8, kernelSize: 3, inputShape: [12, 12, 3], activation: 'relu' }),
      layers.batchNormalization({ name: 'norm' }),
      layers.depthwiseConv2d({ name: 'depthwise', kernelSize: 3 }),
      layers.globalAveragePooling2d({ name: 'pool' }),
      layers.dense({ name: 'out', units: 3 }),
    ],
  });
  const random = seededRandom(5);
  tf.tidy(() =>
    model.setWeights(
      model.getWeights().map((weight) =>
        tf.tensor(
          Float32Array.from({ length: weight.size }, () => random() + (weight.rank === 1 ? 0.5 : -0.5)),
          weight.shape,
        ),
      ),
    ),
  );
  return model;
}

/** Numbers from −1 to 1, the same wherever they are made. */
export function sampleImages(count: number): tf.Tensor4D {
  const random = seededRandom(6);
  const values = Float32Array.from({ length: count * 12 * 12 * 3 }, () => 2 * random() - 1);
  return tf.tensor4d(values, [count, 12, 12, 3]);
}
