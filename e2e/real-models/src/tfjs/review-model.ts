import { registerWasmTraining } from '@lowbit/tfjs/wasm-training';
import { tensor2d, train, type Tensor } from '@tensorflow/tfjs-core';
import { initializers, layers, sequential, type LayersModel, type RNN } from '@tensorflow/tfjs-layers';
import { useWasm } from '../runtime/tfjs.js';
import { layersSubject } from './layers-subject.js';
import { LENGTH, OPINIONS, reviews, VOCABULARY, type Review } from './reviews.js';
import type { Call, TfjsSubject } from './subject.js';

const TRAINED_ON = 2000;
const TESTED_ON = 500;

/** An Embedding and a bidirectional LSTM, trained on generated reviews in a few seconds when it is loaded. */
export function reviewSubject(): TfjsSubject<LayersModel> {
  let trained: Promise<LayersModel> | undefined;
  const load = () => (trained ??= trainedModel(reviews(TRAINED_ON, 1)));
  return layersSubject('Embedding and LSTM on generated reviews', load, () => [
    callOf(reviews(TESTED_ON, 2)),
  ]);
}

function callOf(texts: readonly Review[]): Call {
  const data = Float32Array.from(texts.flatMap(({ words }) => words));
  return {
    inputs: [{ shape: [texts.length, LENGTH], data }],
    labels: texts.map(({ opinion }) => opinion),
  };
}

async function trainedModel(texts: readonly Review[]): Promise<LayersModel> {
  await useWasm();
  registerWasmTraining();
  const model = untrained();
  model.compile({ optimizer: train.adam(0.01), loss: 'sparseCategoricalCrossentropy' });
  const { inputs, labels } = callOf(texts);
  const [{ shape, data }] = inputs as [Call['inputs'][number]];
  const xs: Tensor = tensor2d(data, shape as [number, number]);
  const ys: Tensor = tensor2d([...labels!], [texts.length, 1]);
  await model.fit(xs, ys, { epochs: 5, batchSize: 50, shuffle: false, verbose: 0 });
  xs.dispose();
  ys.dispose();
  model.optimizer.dispose();
  return model;
}

function untrained(): LayersModel {
  const seeded = (seed: number) => initializers.glorotUniform({ seed });
  const lstm = layers.lstm({
    units: 32,
    kernelInitializer: seeded(1),
    recurrentInitializer: seeded(2),
  }) as RNN;
  return sequential({
    name: 'reviews',
    layers: [
      layers.embedding({
        name: 'words',
        inputDim: VOCABULARY,
        outputDim: 32,
        inputLength: LENGTH,
        embeddingsInitializer: initializers.randomUniform({ seed: 3, minval: -0.05, maxval: 0.05 }),
      }),
      layers.bidirectional({ name: 'both', layer: lstm, mergeMode: 'concat' }),
      layers.dense({
        name: 'opinion',
        units: OPINIONS.length,
        activation: 'softmax',
        kernelInitializer: seeded(4),
      }),
    ],
  });
}
