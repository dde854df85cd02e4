import { quantize } from '@lowbit/core';
import { readKeras, tfjsArtifacts } from '@lowbit/keras';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { loadLayersModel, type LayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';

import { goldenOf, type Files, kerasCases } from '../../../keras/test/cases.js';
import { savedArtifacts, slopeDifferences, tensorOf, uneven } from '../../test/keras-cases.js';
import { load } from '../io/load-model.js';
import { toLayersModel } from '../keras/to-layers-model.js';
import { registry } from '../register.js';
import { tfjs } from '../tfjs.js';
import { registerLayers } from './register-layers.js';

const cases = await kerasCases('keras3-sequences');

/** One or more for each class of ours. */
const names = [
  ...['gru_settings', 'cells_stacked', 'bidirectional_cells', 'gru_states', 'masked_bidirectional'],
  ...[
    'masked_merges',
    'masked_attention',
    'masked_multi_head_attention',
    'attention_scores',
    'attention_axes',
  ],
  ...['dots', 'differences', 'products', 'group_normalization_axes', 'layer_normalization_deep'],
  ...[
    'unit_normalization_axes',
    'batch_normalization_axes',
    'softmax_axes',
    'relu_settings',
    'activation_settings',
  ],
];

beforeAll(() => tf.setBackend('cpu'));

async function opened(files: Files): Promise<{ model: LayersModel; inputs: tf.Tensor[] }> {
  const source = await readKeras(files.get('model.keras')!);
  const model = await toLayersModel(source);
  source.close();
  const golden = goldenOf(files);
  return { model, inputs: golden.inputs.map(tensorOf) };
}

const outputsOf = (model: LayersModel, inputs: tf.Tensor[]) => [model.predict(inputs)].flat();

describe.each(names)('%s', (name) => {
  it('has gradients of what it computes, for every weight that is trained', async () => {
    const { model, inputs } = await opened(cases.get(name)!);
    const shares = outputsOf(model, inputs).map(({ shape }) => uneven(shape));
    const loss = () =>
      tf.tidy(() =>
        outputsOf(model, inputs)
          .map((output, i) => tf.sum(tf.mul(output, shares[i]!)))
          .reduce((all, each) => tf.add(all, each)),
      ) as tf.Scalar;
    const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
    // TensorFlow.js has no gradient of a batch normalization without gamma or beta.
    if (variables.length === 0 || name === 'batch_normalization_axes') return;
    for (const { name: variable, difference, scale } of slopeDifferences(loss, variables, 2 ** -8))
      expect(difference, variable).toBeLessThanOrEqual(0.02 * scale + 2e-3);
  });

  it('is the same when it was saved and loaded', async () => {
    const { model, inputs } = await opened(cases.get(name)!);
    const again = await load(tf.io.fromMemory(await savedArtifacts(model)));
    const [before, after] = [model, again].map((each) =>
      outputsOf(each, inputs).map((output) => output.dataSync()),
    );
    expect(after).toEqual(before);
  });
});

it('weights of layers of ours are quantized by their output channels, and saved packed', async () => {
  const described: unknown[] = [];
  for (const name of [
    'gru_settings',
    'cells_stacked',
    'bidirectional_cells',
    'masked_multi_head_attention',
  ]) {
    const { model, inputs } = await opened(cases.get(name)!);
    const { model: small } = await quantize(tfjs(model), { registry, bits: 8 });
    const again = await load(tf.io.fromMemory(await savedArtifacts(small)));
    const [exact, rounded, loaded] = [model, small, again].map((each) => outputsOf(each, inputs)[0]!);
    expect(loaded!.dataSync()).toEqual(rounded!.dataSync());
    expect(tf.max(tf.abs(tf.sub(exact!, rounded!))).dataSync()[0]).toBeLessThan(0.1);
    const layers = (await tfjs(model).layers()).filter(
      ({ weights, op }) => weights.length > 0 && op !== 'Embedding',
    );
    const { op, weights } = layers[0]!;
    described.push([
      layers.length,
      op,
      weights.map(({ shape, outputAxes, inputAxis }) => [shape, outputAxes, inputAxis]),
    ]);
  }
  const recurrent = (input: number, units: number, gates: number) => [
    [[input, gates * units], [1], 0],
    [[units, gates * units], [1], 0],
  ];
  expect(described).toEqual([
    [2, 'LowbitGRU', recurrent(3, 5, 3)],
    [5, 'LowbitGRUCell', recurrent(3, 4, 3)],
    [6, 'LowbitGRUCell', recurrent(3, 5, 3)],
    [
      2,
      'LowbitMultiHeadAttention',
      [
        [[6, 2, 3], [1, 2], 0],
        [[5, 2, 3], [1, 2], 0],
        [[5, 2, 3], [1, 2], 0],
        [[6, 6], [1], 0],
      ],
    ],
  ]);
});

it.each(['gru_settings', 'cells_stacked', 'bidirectional_cells', 'gru_states', 'masked_bidirectional'])(
  '%s is loaded by TensorFlow.js itself, which makes no orthogonal matrices for it',
  async (name) => {
    const { model, inputs } = await opened(cases.get(name)!);
    const source = await readKeras(cases.get(name)!.get('model.keras')!);
    registerLayers();
    const own = await loadLayersModel(tf.io.fromMemory(await tfjsArtifacts(source)));
    const [expected, results] = [model, own].map((each) =>
      outputsOf(each, inputs).map((output) => [...output.dataSync()]),
    );
    expect(results).toEqual(expected);
    source.close();
  },
);
