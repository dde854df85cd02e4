import * as tf from '@tensorflow/tfjs-core';
import * as tfLayers from '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, expect, it } from 'vitest';

import { uneven } from '../../test/keras-cases.js';
import { kerasModel } from './keras-model.js';
import { toLayersModel } from './to-layers-model.js';

beforeAll(() => tf.setBackend('cpu'));

/** A model that gives its second input through a layer, and leaves the others aside. */
function secondOfThree(name: string, prefix = ''): tfLayers.LayersModel {
  const inputs = ['first', 'second', 'third'].map((each) =>
    tfLayers.input({ shape: [3], name: `${prefix}${each}` }),
  );
  const value = tfLayers.layers.dense({ units: 2, name: `${prefix}dense` }).apply(inputs[1]!);
  return tfLayers.model({ inputs, outputs: value as tfLayers.SymbolicTensor, name });
}

it('inputs that no output depends on stay, in their order', async () => {
  const live = secondOfThree('three');
  const back = await kerasModel(live);
  expect(back.network.inputs.map(({ layer }) => layer)).toEqual(['first', 'second', 'third']);
  const again = await toLayersModel(back);
  const given = [1, 2, 3].map((factor) => tf.mul(uneven([2, 3]), factor));
  const [expected, values] = [live, again].map((each) => [...(each.predict(given) as tf.Tensor).dataSync()]);
  expect(again.inputNames).toEqual(live.inputNames);
  expect(values).toEqual(expected);
  [live, again].forEach((each) => each.dispose());
});

it('also those of a model inside', async () => {
  const inside = secondOfThree('inside', 'inner_');
  const given = ['a', 'b', 'c'].map((name) => tfLayers.input({ shape: [3], name }));
  const outputs = inside.apply(given) as tfLayers.SymbolicTensor;
  const live = tfLayers.model({ inputs: given, outputs });
  const { network } = await kerasModel(live);
  const inner = network.layers.find(({ name }) => name === 'inside')!.network!;
  expect(inner.inputs.map(({ layer }) => layer)).toEqual(['inner_first', 'inner_second', 'inner_third']);
  live.dispose();
});
