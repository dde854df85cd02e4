import { expect, it } from 'vitest';

import { readKeras, withMasks } from '../src/index.js';

/** A model of TensorFlow.js without weights. */
function modelJson(layers: readonly object[]): object {
  const start = {
    class_name: 'InputLayer',
    config: { name: 'start', batch_input_shape: [null, 4], dtype: 'float32' },
  };
  const config = { name: 'words', layers: [start, ...layers] };
  return { modelTopology: { class_name: 'Sequential', config }, weightsManifest: [] };
}

const activation = (name: string, value: string) => ({
  class_name: 'Activation',
  config: { name, activation: value },
});

it.each([
  [['hard_sigmoid'], undefined, ['hard_sigmoid']],
  [['lowbitHardSigmoid'], '3', ['hard_sigmoid']],
  [['hardSigmoid', 'lowbitHardSigmoid', 'relu'], '3', ['keras2_hard_sigmoid', 'hard_sigmoid', 'relu']],
])('%s is of version %s', async (words, version, expected) => {
  const layers = words.map((word, i) => activation(`layer_${i}`, word));
  const model = await readKeras({ modelJson: modelJson(layers), shards: {} });
  expect(model.kerasVersion).toBe(version);
  expect(model.network.calls.map(({ layer }) => layer.config['activation'])).toEqual(expected);
});

/** Two branches of a model that a version of Keras, or TensorFlow.js itself, wrote. */
function branches(version: string, layer: object, shape: readonly (number | null)[]): object {
  const input = { name: 'start', batch_input_shape: shape, dtype: 'float32' };
  const start = { class_name: 'InputLayer', config: input, name: 'start', inbound_nodes: [] };
  const from = ['start', 0, 0, {}];
  const last = { ...layer, name: 'last', inbound_nodes: [[from, from]] };
  const ends = { input_layers: [['start', 0, 0]], output_layers: [['last', 0, 0]] };
  const config = { name: 'words', layers: [start, last], ...ends };
  const modelTopology = { class_name: 'Model', config, keras_version: version, backend: 'tensor_flow.js' };
  return { modelTopology, weightsManifest: [] };
}

it.each([
  ['tfjs-layers 4.22.0', [null, 5, 8]],
  ['2.15.0', [null, 10, 4]],
])('a negative axis in the files of %s is that which it computes', async (version, expected) => {
  const layer = { class_name: 'Concatenate', config: { name: 'last', axis: -2 } };
  const modelJson = branches(version, layer, [null, 5, 4]);
  const { network } = await readKeras({ modelJson, shards: {} });
  expect(network.calls.at(-1)!.outputShapes).toEqual([expected]);
});

it.each([
  ['tfjs-layers 4.22.0', false],
  ['2.15.0', true],
])('a mean in the files of %s heeds a mask: %s', async (version, isHeeded) => {
  const embedding = {
    class_name: 'Embedding',
    config: { name: 'words', input_dim: 7, output_dim: 3, mask_zero: true },
  };
  const mean = { class_name: 'GlobalAveragePooling1D', config: { name: 'mean' } };
  const start = {
    class_name: 'InputLayer',
    config: { name: 'start', batch_input_shape: [null, 4], dtype: 'int32' },
  };
  const config = { name: 'means', layers: [start, embedding, mean] };
  const modelTopology = { class_name: 'Sequential', config, keras_version: version };
  const weights = [{ name: 'words/embeddings', shape: [7, 3], dtype: 'float32' }];
  const weightsManifest = [{ paths: ['weights.bin'], weights }];
  const shards = { 'weights.bin': new Uint8Array(84) };
  const { network, kerasVersion } = await readKeras({
    modelJson: { modelTopology, weightsManifest },
    shards,
  });
  const last = withMasks(network, kerasVersion).calls.at(-1)!;
  expect(last.kwargs['mask'] !== undefined).toBe(isHeeded);
});

it('what is left of a shape is nothing in TensorFlow.js', async () => {
  const reshape = { class_name: 'Reshape', config: { name: 'shaped', target_shape: [2, null] } };
  const { network } = await readKeras({ modelJson: modelJson([reshape]), shards: {} });
  expect(network.calls.at(-1)!.outputShapes).toEqual([[null, 2, 2]]);
});
