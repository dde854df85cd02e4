import { expect, it } from 'vitest';

import { readKeras } from '../src/index.js';

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
