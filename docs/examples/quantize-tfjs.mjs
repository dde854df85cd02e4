import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { minMax } from '@lowbit/baselines';
import { quantize } from '@lowbit/core';
import { tfjs } from '@lowbit/tfjs';

const model = sequential({
  layers: [
    layers.conv2d({ inputShape: [28, 28, 1], filters: 8, kernelSize: 3, activation: 'relu' }),
    layers.flatten(),
    layers.dense({ units: 10, activation: 'softmax' }),
  ],
});
const { model: small, report } = await quantize(tfjs(model), { weights: minMax(), bits: 4 });

const image = tf.ones([1, 28, 28, 1]);
console.log('float', await model.predict(image).data());
console.log('4 bits', await small.predict(image).data());
console.log(`${report.modelBytes.before} → ${report.modelBytes.after} bytes`);
