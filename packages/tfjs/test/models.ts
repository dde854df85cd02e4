import { seededRandom } from '@lowbit/core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfLayers from '@tensorflow/tfjs-layers';

const { layers } = tfLayers;
type Sequential = tfLayers.Sequential;

/** Gives every weight fixed pseudo-random values in [-0.5, 0.5), variances in [0.5, 1.5). */
export function withSeededWeights<M extends tfLayers.LayersModel>(model: M, seed = 1): M {
  const random = seededRandom(seed);
  tf.tidy(() =>
    model.setWeights(
      model.weights.map(({ shape, originalName }) => {
        const lowest = originalName.endsWith('variance') ? 0.5 : -0.5;
        const values = Float32Array.from(
          { length: tf.util.sizeFromShape(shape as number[]) },
          () => random() + lowest,
        );
        return tf.tensor(values, shape as number[]);
      }),
    ),
  );
  return model;
}

/** Conv1D, pooling and Dense. */
export function smallSequential(): Sequential {
  return withSeededWeights(
    tfLayers.sequential({
      name: 'small',
      layers: [
        layers.conv1d({ name: 'first', filters: 3, kernelSize: 2, inputShape: [6, 2], activation: 'relu' }),
        layers.flatten({ name: 'flat' }),
        layers.dense({ name: 'last', units: 4 }),
      ],
    }),
  );
}

/** Conv2D, depthwise, separable, transposed, batch normalization. */
export function imageModel(): Sequential {
  return withSeededWeights(
    tfLayers.sequential({
      name: 'image',
      layers: [
        layers.conv2d({ name: 'conv', filters: 4, kernelSize: 3, inputShape: [8, 8, 3], useBias: false }),
        layers.batchNormalization({ name: 'norm', scale: false }),
        layers.depthwiseConv2d({ name: 'depthwise', kernelSize: 3, depthMultiplier: 2 }),
        layers.separableConv2d({ name: 'separable', filters: 5, kernelSize: 2, depthMultiplier: 2 }),
        layers.conv2dTranspose({ name: 'transposed', filters: 6, kernelSize: 2 }),
        layers.globalAveragePooling2d({ name: 'pool' }),
      ],
    }),
  );
}

/** Two inputs through one shared layer and one shared nested model. */
export function sharedModel(): tfLayers.LayersModel {
  const a = tfLayers.input({ shape: [5], name: 'a' });
  const b = tfLayers.input({ shape: [5], name: 'b' });
  const shared = layers.dense({ name: 'shared', units: 4 });
  const inner = tfLayers.sequential({
    name: 'inner',
    layers: [
      layers.dense({ name: 'dense', units: 3, inputShape: [4] }),
      layers.dense({ name: 'out', units: 2 }),
    ],
  });
  const branches = [a, b].map((x) => inner.apply(shared.apply(x))) as tfLayers.SymbolicTensor[];
  const outputs = layers.concatenate({ name: 'join' }).apply(branches) as tfLayers.SymbolicTensor;
  return withSeededWeights(tfLayers.model({ name: 'twins', inputs: [a, b], outputs }));
}

/** One layer used by the outer model and, again, inside a nested one. */
export function crossSharedModel(): tfLayers.LayersModel {
  const shared = layers.dense({ name: 'shared', units: 4, inputShape: [4] });
  const nested = tfLayers.sequential({ name: 'nested', layers: [shared] });
  const x = tfLayers.input({ shape: [4], name: 'x' });
  const outputs = nested.apply(shared.apply(x)) as tfLayers.SymbolicTensor;
  return withSeededWeights(tfLayers.model({ name: 'cross', inputs: x, outputs }));
}

/** Embedding, a bidirectional LSTM, a time-distributed Dense, a GRU. */
export function sequenceModel(): Sequential {
  const recurrentInitializer = 'glorotUniform';
  return withSeededWeights(
    tfLayers.sequential({
      name: 'sequence',
      layers: [
        layers.embedding({ name: 'words', inputDim: 7, outputDim: 3, inputLength: 5 }),
        layers.bidirectional({
          name: 'both',
          layer: layers.lstm({
            name: 'lstm',
            units: 2,
            returnSequences: true,
            recurrentInitializer,
          }) as tfLayers.RNN,
          mergeMode: 'concat',
        }),
        layers.timeDistributed({ name: 'each', layer: layers.dense({ name: 'dense', units: 3 }) }),
        layers.gru({ name: 'gru', units: 2, recurrentInitializer }),
      ],
    }),
  );
}
