import { quantize } from '@lowbit/core';
import { keras, readKeras, type KerasModel } from '@lowbit/keras';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';

import {
  casesOfKeras1,
  everyCase,
  expectedOutputs,
  goldenOf,
  kerasCases,
  modelFileOf,
  type Golden,
} from '../../../keras/test/cases.js';
import { tensorOf } from '../../test/keras-cases.js';
import { save } from '../io/save-model.js';
import { planOf } from '../model/plan-record.js';
import { registry } from '../register.js';
import { kerasModel } from './keras-model.js';
import { toLayersModel } from './to-layers-model.js';

beforeAll(() => tf.setBackend('cpu'));

/** The largest difference from what Keras computed on a backend, relative to its largest value where that is above 1. */
async function difference(model: KerasModel, golden: Golden, backend: string): Promise<number> {
  await tf.setBackend(backend);
  const layers = await toLayersModel(model);
  const results = [layers.predict(golden.inputs.map(tensorOf))].flat();
  const wanted = expectedOutputs(model, golden);
  layers.dispose();
  expect(results.map(({ shape }) => shape)).toEqual(wanted.map(({ shape }) => shape));
  const worst = results.map((result, i) => {
    const expected = tensorOf(wanted[i]!).dataSync<'float32'>();
    // A mean of no steps at all is NaN for Keras too.
    const most = expected.reduce(
      (all, value) => (Number.isNaN(value) ? all : Math.max(all, Math.abs(value))),
      1,
    );
    const distance = (value: number, k: number) =>
      Object.is(value, expected[k]) ? 0 : Math.abs(value - expected[k]!) / most;
    return result.dataSync<'float32'>().reduce((all, value, k) => Math.max(all, distance(value, k)), 0);
  });
  return Math.max(...worst);
}

/** Sizes by other neighbours than the nearest and the two beside, and recurrent convolutions that TensorFlow.js lacks. */
const refused =
  'upsampling_bicubic upsampling_lanczos resizing_bicubic resizing_antialiased conv_lstm1d conv_lstm3d maxpooling3d_gaps'.split(
    ' ',
  );

/** Attention of other tensors than sequences of vectors, and steps of which each place has a mask of its own. */
const refusedForAxes = ['attention_of_four_axes', 'additive_attention_of_four_axes', 'mask_of_three_axes'];

/** One layer that is called with masks and without; in tf-keras both calls have some. */
const refusedOfKeras3 = ['attention_of_one_layer'];

/** Keras computes a part of it in half precision, we in float32. */
const rounded: Readonly<Record<string, number>> = {
  mixed_precision: 1e-3,
  sequential_mixed_precision: 1e-3,
  input_float16: 1e-3,
  input_bfloat16: 1e-2,
};

describe.each([...(await everyCase()), ...(await casesOfKeras1())])('%s', (writer, cases) => {
  it.each([...cases])('%s', async (name, files) => {
    const golden = goldenOf(files);
    const model = await readKeras(modelFileOf(files));
    if (
      [...refused, ...refusedForAxes].includes(name) ||
      (refusedOfKeras3.includes(name) && writer.startsWith('Keras 3'))
    )
      await expect(toLayersModel(model)).rejects.toMatchObject({ code: 'layer-unsupported' });
    else
      for (const backend of ['wasm', 'cpu'])
        expect(await difference(model, golden, backend), backend).toBeLessThanOrEqual(rounded[name] ?? 1e-5);
    model.close();
  });
});

it('takes a model that was quantized before, with its values, its plan and its packed weights', async () => {
  const file = (await kerasCases('keras3')).get('nested')!.get('model.keras')!;
  const { model, plan } = await quantize(keras(file), { registry, bits: 4 });
  const layers = await toLayersModel(model);
  const read = await Promise.all(model.weights.map(async (weight) => [...(await weight.read())]));
  expect(layers.weights.map((weight) => [...weight.read().dataSync()]).sort()).toEqual(read.sort());
  expect(planOf(layers)).toEqual(JSON.parse(JSON.stringify(plan)));
  const saving = tf.io.withSaveHandler(async () => ({
    modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' },
  }));
  const { weights } = await save(layers, saving);
  expect(weights.filter(({ form }) => form.startsWith('packed'))).toHaveLength(3);
  layers.dispose();
});

it('what is frozen stays frozen, also in a model that is', async () => {
  const model = await readKeras((await kerasCases('keras3-models')).get('frozen')!.get('model.keras')!);
  const layers = await toLayersModel(model);
  expect(layers.trainableWeights.map(({ originalName }) => originalName)).toEqual([
    'free/kernel',
    'free/bias',
  ]);
  const { network } = await kerasModel(layers);
  const trained = network.layers.filter(({ weights, trainable }) => weights.length > 0 && trainable);
  expect(trained.map(({ id }) => id)).toEqual(['free']);
  layers.dispose();
  model.close();
});

it('a single number as a sample is refused, which TensorFlow.js would take for a vector', async () => {
  const layers = [
    { class_name: 'InputLayer', config: { name: 'start', batch_shape: [null] } },
    { class_name: 'Flatten', config: { name: 'flat' } },
  ];
  const topology = { class_name: 'Sequential', config: { name: 'single', layers } };
  await expect(toLayersModel(await readKeras({ topology }))).rejects.toMatchObject({
    code: 'layer-unsupported',
    where: 'start',
  });
});

it('a list of recurrent cells among the cells of a list is refused by name', async () => {
  const cases = await kerasCases('keras3-sequences');
  const model = await readKeras(cases.get('cells_stacked')!.get('model.keras')!);
  const layers = model.network.layers.map((layer) => {
    const { cell } = layer.parts;
    return cell === undefined
      ? layer
      : { ...layer, parts: { cell: { ...cell, parts: { ...cell.parts, 'cells/9': cell } } } };
  });
  const nested = { ...model, network: { ...model.network, layers } };
  await expect(toLayersModel(nested)).rejects.toMatchObject({
    code: 'layer-unsupported',
    received: expect.stringContaining('a list of cells among its cells') as string,
  });
  model.close();
});

it('a layer in both directions that TensorFlow.js does not turn around is refused by name', async () => {
  const cases = await kerasCases('keras3');
  const model = await readKeras(cases.get('conv_lstm2d')!.get('model.keras')!);
  const layers = model.network.layers.map((layer) =>
    layer.className === 'ConvLSTM2D'
      ? {
          ...layer,
          className: 'Bidirectional',
          weights: [],
          parts: { forward_layer: layer, backward_layer: layer },
        }
      : layer,
  );
  const turned = { ...model, network: { ...model.network, layers } };
  await expect(toLayersModel(turned)).rejects.toMatchObject({
    code: 'layer-unsupported',
    received: expect.stringContaining('ConvLSTM2D') as string,
  });
  model.close();
});

it.each([
  [new Uint8Array(4), 'readKeras'],
  [Promise.resolve(), 'Await it.'],
  [null, 'readKeras'],
])('%s is no model of Keras', async (given, remedy) => {
  await expect(toLayersModel(given as never)).rejects.toMatchObject({
    code: 'invalid-argument',
    where: 'toLayersModel(model)',
    remedy: expect.stringContaining(remedy) as string,
  });
});
