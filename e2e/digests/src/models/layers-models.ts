import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { bells, sizeOf } from '../random.js';

const { layers } = tfl;
type LayersModel = tfl.LayersModel;

/** The model with seeded weights in place of TensorFlow.js' own. */
function seeded<M extends LayersModel>(model: M): M {
  tf.tidy(() =>
    model.setWeights(
      model.weights.map(({ shape, originalName }, at) => {
        const size = sizeOf(shape as number[]);
        const values = bells(size, size > 64 ? 0.2 : 0.05, at + 1);
        const positive = /variance|gamma/.test(originalName);
        return tf.tensor(positive ? values.map((each) => 1 + Math.abs(each)) : values, shape as number[]);
      }),
    ),
  );
  return model;
}

/** Convolutions of every kind with batch normalization, and a classifier. */
export function imageModel(): LayersModel {
  return seeded(
    tfl.sequential({
      name: 'image',
      layers: [
        layers.conv2d({ name: 'conv', filters: 16, kernelSize: 3, inputShape: [8, 8, 3], useBias: false }),
        layers.batchNormalization({ name: 'norm' }),
        layers.reLU({ name: 'relu' }),
        layers.depthwiseConv2d({ name: 'depthwise', kernelSize: 3, depthMultiplier: 2 }),
        layers.separableConv2d({ name: 'separable', filters: 24, kernelSize: 2, activation: 'relu' }),
        layers.conv2dTranspose({ name: 'transposed', filters: 16, kernelSize: 2 }),
        layers.globalAveragePooling2d({ name: 'pool' }),
        layers.dense({ name: 'last', units: 20, activation: 'softmax' }),
      ],
    }),
  );
}

/** An embedding, recurrent layers, one of them in both directions, and one layer for every step. */
export function sequenceModel(): LayersModel {
  const recurrentInitializer = 'zeros';
  const lstm = layers.lstm({ name: 'lstm', units: 12, returnSequences: true, recurrentInitializer });
  return seeded(
    tfl.sequential({
      name: 'sequence',
      layers: [
        layers.embedding({ name: 'words', inputDim: 40, outputDim: 24, inputLength: 5 }),
        layers.bidirectional({ name: 'both', layer: lstm as tfl.RNN, mergeMode: 'concat' }),
        layers.timeDistributed({ name: 'each', layer: layers.dense({ name: 'dense', units: 16 }) }),
        layers.gru({ name: 'gru', units: 12, returnSequences: true, recurrentInitializer }),
        layers.simpleRNN({ name: 'plain', units: 8, recurrentInitializer }),
      ],
    }),
  );
}

/** Two inputs through one shared layer and one shared nested model. */
export function sharedModel(): LayersModel {
  const a = tfl.input({ shape: [12], name: 'a' });
  const b = tfl.input({ shape: [12], name: 'b' });
  const shared = layers.dense({ name: 'shared', units: 24, activation: 'relu' });
  const inner = tfl.sequential({
    name: 'inner',
    layers: [layers.dense({ name: 'dense', units: 16, inputShape: [24] })],
  });
  const branches = [a, b].map((x) => inner.apply(shared.apply(x))) as tfl.SymbolicTensor[];
  const outputs = layers.concatenate({ name: 'join' }).apply(branches) as tfl.SymbolicTensor;
  return seeded(tfl.model({ name: 'twins', inputs: [a, b], outputs }));
}

/** A network that trains in a moment: a convolution, two layers behind it, no randomness. */
export function trainableModel(): LayersModel {
  const model = seeded(
    tfl.sequential({
      name: 'trainable',
      layers: [
        layers.conv2d({ name: 'conv', filters: 6, kernelSize: 3, inputShape: [6, 6, 1], useBias: false }),
        layers.batchNormalization({ name: 'norm' }),
        layers.reLU({ name: 'relu' }),
        layers.flatten({ name: 'flat' }),
        layers.dense({ name: 'wide', units: 12, activation: 'relu' }),
        layers.dense({ name: 'last', units: 3, activation: 'softmax' }),
      ],
    }),
  );
  model.compile({ optimizer: tf.train.sgd(0.05), loss: 'sparseCategoricalCrossentropy' });
  return model;
}
