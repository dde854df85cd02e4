import { quantize, registry as ownRegistry, type Quantizer, type Recipe } from '@lowbit/core';
import { keras, readKeras, type KerasModel } from '@lowbit/keras';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, expect, it } from 'vitest';

import { goldenOf, kerasCases } from '../../../keras/test/cases.js';
import { tensorOf } from '../../test/keras-cases.js';
import { registry } from '../register.js';
import { tfjs } from '../tfjs.js';
import { toLayersModel } from './to-layers-model.js';

const cases = await kerasCases('keras3');
const goldenOfCase = (name: string) => goldenOf(cases.get(name)!);
const fileOf = (name: string) => cases.get(name)!.get('model.keras')!;

beforeAll(() => tf.setBackend('cpu'));

/** What a model computes for the inputs of a case; it is disposed. */
function outputsOf(model: LayersModel, name: string): number[][] {
  const results = [model.predict(goldenOfCase(name).inputs.map(tensorOf))].flat();
  model.dispose();
  return results.map((result) => [...result.dataSync()]);
}

const dynamic: Recipe = { registry, weights: 'min-max', activations: 'dynamic' };
const patches: Recipe = { registry, weights: 'horq', bits: 2, activations: 'horq', activationBits: 2 };

it.each([
  ['dense', dynamic],
  ['dense', patches],
  ['conv2d', dynamic],
  ['conv2d', patches],
  ['nested', dynamic],
  ['time_distributed', dynamic],
  ['embedding', dynamic],
])(
  '%s computes with quantized inputs what the running model computes when it is quantized',
  async (name, recipe) => {
    const model = await readKeras(fileOf(name));
    const running = await toLayersModel(model);
    const { model: expected, report: told } = await quantize(tfjs(running), recipe);
    const { model: written, report } = await quantize(keras(model), recipe);
    running.dispose();
    expect(report.activations?.map(({ form }) => form)).toEqual(told.activations?.map(({ form }) => form));
    const result = await toLayersModel(written, { registry });
    expect(outputsOf(result, name)).toEqual(outputsOf(expected, name));
  },
);

it('puts a new site in the place of an old one, which is quantized once', async () => {
  const { model: once } = await quantize(keras(fileOf('dense')), {
    ...dynamic,
    include: ['dense'],
  });
  const { model: twice } = await quantize(keras(once), dynamic);
  const inputsOf = ({ network }: KerasModel) =>
    network.layers.filter(({ className }) => className === 'QuantizedInput');
  expect(inputsOf(once).map(({ id }) => id)).toContain('dense');
  expect(inputsOf(twice).map(({ id, parts }) => [id, parts['layer']!.id, parts['layer']!.className])).toEqual(
    [
      ['dense', 'dense', 'Dense'],
      ['dense_1', 'dense_1', 'Dense'],
    ],
  );
});

it('needs the registry of the quantizers', async () => {
  const halves: Quantizer = {
    kind: 'quantizer',
    api: 2,
    name: 'halves of inputs',
    roles: ['activation'],
    bits: { activation: [8] },
    dynamic: true,
    fit: () => ({ kind: 'affine', levels: 256, scale: 0.5, offset: -64 }),
  };
  const { model } = await quantize(keras(fileOf('dense')), { ...dynamic, activations: halves });
  await expect(toLayersModel(model, { registry })).rejects.toMatchObject({ code: 'unknown-plugin' });
  (await toLayersModel(model, { registry: ownRegistry([halves]) })).dispose();
});
