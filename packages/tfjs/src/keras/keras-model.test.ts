import { quantize, type Recipe } from '@lowbit/core';
import { keras, readKeras, type KerasModel } from '@lowbit/keras';
import * as tf from '@tensorflow/tfjs-core';
import * as tfLayers from '@tensorflow/tfjs-layers';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, expect, it } from 'vitest';

import { goldenOf, kerasCases } from '../../../keras/test/cases.js';
import { tensorOf } from '../../test/keras-cases.js';
import { withSeededWeights } from '../../test/models.js';
import { ScaleLayer } from '../../test/scale-layer.js';
import { registry } from '../register.js';
import { tfjs } from '../tfjs.js';
import { kerasModel } from './keras-model.js';
import { toLayersModel } from './to-layers-model.js';

const sequences =
  'bidirectional_cells cells_stacked bidirectional_states gru_states causal_attention attention_mask attention_scores attention_axes dots products';
const operations = await kerasCases('keras3-arithmetic');
const isMasked = ([name]: readonly [string, unknown]) => name.includes('mask');
const older = [...(await kerasCases('keras2-sequences'))].filter(isMasked);
const cases = new Map([
  ...[...(await kerasCases('keras3-sequences'))].filter(isMasked),
  ...older.map(([name, files]) => [`${name}, Keras 2`, files] as const),
  ...['operations_masks', 'operations_transformer'].map((name) => [name, operations.get(name)!] as const),
  ...(await kerasCases('keras3')),
  ...[...(await kerasCases('keras3-sequences'))].filter(([name]) => sequences.split(' ').includes(name)),
]);
const fileOf = (name: string) => cases.get(name)!.get('model.keras')!;

beforeAll(() => tf.setBackend('cpu'));

function outputsOf(model: LayersModel, name: string): number[][] {
  const golden = goldenOf(cases.get(name)!);
  const given = golden.inputs.map(tensorOf);
  const results = [model.predict(given.length === 1 ? given[0]! : given)].flat();
  return results.map((result) => [...result.dataSync()]);
}

it.each([...cases.keys()])('%s is the same after the way to Keras and back', async (name) => {
  const model = await readKeras(fileOf(name));
  const live = await toLayersModel(model).catch(() => undefined);
  if (live === undefined) return;
  const again = await toLayersModel(await kerasModel(live));
  expect(outputsOf(again, name)).toEqual(outputsOf(live, name));
  live.dispose();
  again.dispose();
  model.close();
});

/** StoredTensor weights with their bits, and the layers whose inputs are quantized. */
function quantizedIn({ weights, network }: KerasModel) {
  const inputs = network.layers.filter(({ className }) => className === 'QuantizedInput');
  return {
    bits: weights.flatMap(({ id, packed }) => (packed === undefined ? [] : [[id, packed.header.bits]])),
    inputs: inputs.map(({ id }) => id),
  };
}

const recipes: readonly [string, Recipe][] = [
  ['conv2d', { weights: 'ul2q', bits: 2, activations: 'dynamic' }],
  ['dense', { weights: 'horq', bits: 2, activations: 'horq', activationBits: 2 }],
  ['time_distributed', { weights: 'mlq', bits: 2, activations: 'dynamic' }],
  ['lstm', { weights: 'slq', bits: 4 }],
];

it.each(recipes)('%s keeps codes and quantized inputs: %o', async (name, recipe) => {
  const model = await readKeras(fileOf(name));
  const { model: written } = await quantize(keras(model), { registry, ...recipe });
  const live = await toLayersModel(written, { registry });
  const back = await kerasModel(live);
  expect(quantizedIn(back)).toEqual(quantizedIn(written));
  expect(back.weights.map(({ packed }) => packed)).toEqual(written.weights.map(({ packed }) => packed));
  expect(back.plans).toEqual(JSON.parse(JSON.stringify(written.plans)));
  const again = await toLayersModel(back, { registry });
  expect(outputsOf(again, name)).toEqual(outputsOf(live, name));
  [live, again].forEach((each) => each.dispose());
});

it('takes a model with folded normalization, for plain files or trained since, with the values of now', async () => {
  const { conv2d, batchNormalization, flatten, dense } = tfLayers.layers;
  const live = withSeededWeights(
    tfLayers.sequential({
      layers: [
        conv2d({ filters: 3, kernelSize: 2, inputShape: [4, 5, 2] }),
        batchNormalization(),
        flatten(),
        dense({ units: 2, activation: 'hardSigmoid' }),
      ],
    }),
  );
  const x = tf.randomUniform([3, 4, 5, 2], -1, 1, 'float32', 5);
  const outputs = (model: LayersModel) => [...(model.predict(x) as tf.Tensor).dataSync()];
  const { model: folded } = await quantize(tfjs(live, { foldBatchNorm: true }), { registry, bits: 4 });
  const { model: plain } = await quantize(tfjs(live, { format: 'plain' }), { registry });
  live.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  await live.fit(x, tf.zeros([3, 2]), { epochs: 1, verbose: 0 });
  for (const each of [folded, plain, live]) {
    const again = await toLayersModel(await kerasModel(each));
    expect(outputs(again)).toEqual(outputs(each));
    [each, again].forEach((model) => model.dispose());
  }
});

it('names a class that Keras does not have, for which a hook stands in', async () => {
  tf.serialization.registerClass(ScaleLayer);
  const { dense } = tfLayers.layers;
  const own = tfLayers.sequential({ layers: [dense({ units: 3, inputShape: [2] }), new ScaleLayer({})] });
  await expect(kerasModel(own)).rejects.toMatchObject({
    code: 'layer-unsupported',
    received: expect.stringContaining('ScaleLayer') as string,
    remedy: expect.stringContaining('kerasModel(model, { customLayers: { ScaleLayer:') as string,
  });
  const stand = { className: 'ScaleLayer', config: {}, weights: ['factor'] };
  const { weights } = await kerasModel(own, { customLayers: { ScaleLayer: () => stand } });
  expect(weights.map(({ name }) => name)).toEqual(['kernel', 'bias', 'factor']);
  own.dispose();
});

it.each([
  [new Uint8Array(2), 'bytes'],
  [undefined, 'undefined'],
])('%s is no live model', async (given, received) => {
  await expect(kerasModel(given as never)).rejects.toMatchObject({
    code: 'invalid-argument',
    where: 'kerasModel(model)',
    received,
  });
});
