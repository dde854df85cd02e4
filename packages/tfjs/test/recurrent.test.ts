import '@tensorflow/tfjs-backend-cpu';
import { quantize, train } from '@lowbit/core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfLayers from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test } from 'vitest';
import { load, save, tfjs } from '../src/index.js';
import { disposeWeights } from '../src/model/dispose-weights.js';
import { withSeededWeights } from './models.js';
import { clippedGrid, grid } from './quantizers.js';

const { layers } = tfLayers;
/** Runs with the core of TensorFlow.js alone; what the file says instead does not. */
const recurrentInitializer = 'glorotUniform';
const orthogonal = { class_name: 'Orthogonal', config: { gain: 1, seed: null } };

const lstm = (name: string) =>
  layers.lstm({ name, units: 2, returnSequences: true, recurrentInitializer }) as tfLayers.RNN;
const gruCell = (name: string) => layers.gruCell({ name, units: 2, recurrentInitializer });

/** Every way in which a recurrent layer may stand in a model. */
const models: Readonly<Record<string, () => tfLayers.layers.Layer[]>> = {
  LSTM: () => [lstm('lstm')],
  GRU: () => [layers.gru({ name: 'gru', units: 2, returnSequences: true, recurrentInitializer })],
  SimpleRNN: () => [layers.simpleRNN({ name: 'rnn', units: 2, returnSequences: true, recurrentInitializer })],
  Bidirectional: () => [layers.bidirectional({ name: 'both', layer: lstm('lstm'), mergeMode: 'concat' })],
  'an LSTM in a nested model': () => [
    tfLayers.sequential({ name: 'inner', layers: [layers.inputLayer({ inputShape: [4, 3] }), lstm('lstm')] }),
  ],
  'stacked cells': () => [
    layers.rnn({
      name: 'rnn',
      cell: layers.stackedRNNCells({ name: 'cells', cells: [gruCell('a'), gruCell('b')] }),
      returnSequences: true,
    }),
  ],
};

function smallNet(recurrent: () => tfLayers.layers.Layer[]): tfLayers.LayersModel {
  const x = tfLayers.input({ shape: [4, 3], name: 'x' });
  const chain = [...recurrent(), layers.flatten({ name: 'flat' }), layers.dense({ name: 'last', units: 2 })];
  const outputs = chain.reduce((value, layer) => layer.apply(value) as tfLayers.SymbolicTensor, x);
  return withSeededWeights(tfLayers.model({ inputs: x, outputs }));
}

/** A file of the model in which every recurrent and dense weight starts orthogonal, as recurrent ones do by default. */
async function orthogonalFile(model: tfLayers.LayersModel): Promise<tf.io.IOHandler> {
  let file: tf.io.ModelArtifacts = {};
  await save(model, {
    save: async (artifacts) => {
      const started = /"(recurrent|kernel)_initializer":\{"class_name":"\w+","config":\{[^}]*\}\}/g;
      const json = JSON.stringify(artifacts.modelTopology).replace(
        started,
        (_, which: string) => `"${which}_initializer":${JSON.stringify(orthogonal)}`,
      );
      file = { ...artifacts, modelTopology: JSON.parse(json) as object };
      return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts) };
    },
  });
  disposeWeights(model);
  return tf.io.fromMemory(file) as tf.io.IOHandler;
}

const xs = () =>
  tf.tensor(
    Float32Array.from({ length: 24 }, (_, i) => Math.sin(i)),
    [2, 4, 3],
  );

function outputOf(model: tfLayers.LayersModel): Float32Array {
  return tf.tidy(() => (model.predict(xs()) as tf.Tensor).dataSync<'float32'>().slice());
}

const weightsOf = (model: tfLayers.LayersModel) =>
  model.getWeights().map((weight) => weight.dataSync<'float32'>().slice());

beforeAll(() => tf.setBackend('cpu'));

test('the core and layers alone cannot make an orthogonal weight: what follows proves that none is made', () => {
  expect('flatten' in tf.Tensor.prototype).toBe(false);
  const { initializers } = tfLayers;
  expect(() => initializers.orthogonal({}).apply([2, 2])).toThrow(/flatten/);
});

describe.each(Object.entries(models))('%s with the core and layers alone', (_, recurrent) => {
  test('is loaded, quantized, saved and loaded again, and its file keeps the initializers', async () => {
    const model = await load(await orthogonalFile(smallNet(recurrent)));
    const { model: small } = await quantize(tfjs(model), { weights: grid, bits: 5 });
    let topology = '';
    const saved = await new Promise<tf.io.ModelArtifacts>((resolve, reject) => {
      const handler: tf.io.IOHandler = {
        save: async (artifacts) => {
          topology = JSON.stringify(artifacts.modelTopology);
          resolve(artifacts);
          return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts) };
        },
      };
      save(small, handler).catch(reject);
    });
    expect(topology).toContain(JSON.stringify(orthogonal.class_name));
    for (const weights of ['float', 'packed'] as const) {
      const loaded = await load(tf.io.fromMemory(saved) as tf.io.IOHandler, { weights });
      expect(outputOf(loaded)).toEqual(outputOf(small));
      disposeWeights(loaded);
    }
    for (const each of [model, small]) disposeWeights(each);
  });

  test('is trained, and the trained weights are in the result', async () => {
    const model = await load(await orthogonalFile(smallNet(recurrent)));
    const optimizer = tf.train.sgd(0.1);
    model.compile({ optimizer, loss: 'meanSquaredError' });
    const before = weightsOf(model);
    const ys = tf.zeros([2, 2]);
    const run = train(tfjs(model), { weights: clippedGrid, bits: 8 });
    for await (const round of run) {
      expect(round.number).toBe(0);
      await model.fit(xs(), ys, { epochs: 2, verbose: 0 });
    }
    const { model: small } = await run.result;
    expect(weightsOf(small)).not.toEqual(before);
    // 255 steps over weights that span less than 2.
    weightsOf(model).forEach((values, i) =>
      values.forEach((value, at) => expect(Math.abs(value - weightsOf(small)[i]![at]!)).toBeLessThan(0.005)),
    );
    ys.dispose();
    for (const each of [model, small]) disposeWeights(each);
  });
});
