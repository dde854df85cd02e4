import { readKeras } from '@lowbit/keras';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, expect, it } from 'vitest';

import { type StoredTensor, kerasCases } from '../../../keras/test/cases.js';
import { tensorOf } from '../../test/keras-cases.js';
import { toLayersModel } from './to-layers-model.js';

const cases = await kerasCases('older');

beforeAll(() => tf.setBackend('cpu'));

function goldenOf(name: string) {
  const text = new TextDecoder().decode(cases.get(name)!.get('outputs.json'));
  return JSON.parse(text) as Readonly<Record<'inputs' | 'outputs', readonly StoredTensor[]>>;
}

it.each(['model.keras', 'model.h5'])('arithmetic of tf-keras is computed as there: %s', async (file) => {
  const { inputs, outputs } = goldenOf('tf_arithmetic');
  const model = await toLayersModel(await readKeras(cases.get('tf_arithmetic')!.get(file)!));
  const results = model.predict(inputs.map(tensorOf)) as tf.Tensor[];
  expect(results).toHaveLength(outputs.length);
  for (const [i, output] of outputs.entries()) {
    const difference = tf.max(tf.abs(tf.sub(results[i]!, tensorOf(output)))).dataSync()[0];
    // One rounding of a float32 below 8.
    expect(difference, `output ${i}`).toBeLessThan(1e-6);
  }
});

it.each(['model.keras', 'model.h5'])(
  'a hook computes another operation by what it is called with: %s',
  async (file) => {
    const { inputs, outputs } = goldenOf('tf_mean');
    const TFOpLambda = (_: object, __: unknown, { axis }: { axis?: unknown }) => {
      expect(axis).toEqual([1, 2]);
      return { className: 'GlobalAveragePooling2D', config: {} };
    };
    const read = await readKeras(cases.get('tf_mean')!.get(file)!, { customLayers: { TFOpLambda } });
    const result = (await toLayersModel(read)).predict(tensorOf(inputs[0]!)) as tf.Tensor;
    expect(result.shape).toEqual(outputs[0]!.shape);
    // The mean of 24 numbers near 1, in another order.
    expect(tf.max(tf.abs(tf.sub(result, tensorOf(outputs[0]!)))).dataSync()[0]).toBeLessThan(1e-6);
  },
);

it('tensors of different numbers of axes, which Keras fills up otherwise for layers, are refused', async () => {
  const input = (name: string, shape: (number | null)[]) => ({
    class_name: 'InputLayer',
    name,
    config: { name, batch_input_shape: shape, dtype: 'float32' },
    inbound_nodes: [],
  });
  const add = {
    class_name: 'TFOpLambda',
    name: 'add',
    config: { name: 'add', trainable: true, dtype: 'float32', function: '__operators__.add' },
    inbound_nodes: [['a', 0, 0, { y: ['b', 0, 0], name: null }]],
  };
  const config = {
    name: 'sum',
    layers: [input('a', [null, 4, 3]), input('b', [null, 3]), add],
    input_layers: [
      ['a', 0, 0],
      ['b', 0, 0],
    ],
    output_layers: [['add', 0, 0]],
  };
  await expect(readKeras({ topology: { class_name: 'Functional', config } })).rejects.toMatchObject({
    code: 'layer-unsupported',
    where: 'add',
    received: expect.stringContaining('different numbers of axes') as string,
  });
});
