import { readKeras } from '@lowbit/keras';
import { kerasModel, toLayersModel } from '@lowbit/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it } from 'vitest';
import { everyCase, goldenOf, kerasCases, modelFileOf } from '../../keras/test/cases.js';
import { toOnnx } from '../src/index.js';
import { fromKeras, ownCases } from './support.js';

const cases = new Map([
  ...(await kerasCases('keras3-sequences')),
  ...(await kerasCases('keras3-arithmetic')),
  ...ownCases,
]);

beforeAll(() => tf.setBackend('cpu'));

const names =
  'masked_lstm masked_gru masked_bidirectional masked_cells masked_average masked_merges masking operations_masks masked_attention masked_multi_head_attention masked_causal_attention mask_of_twins_3';

it.each(names.split(' '))('%s leaves a live model for ONNX with its masks', async (name) => {
  const files = cases.get(name)!;
  const model = await readKeras(files.get('model.keras')!);
  const live = await toLayersModel(model);
  const { bytes } = await toOnnx(await kerasModel(live));
  live.dispose();
  expect(await fromKeras(bytes, model, goldenOf(files))).toBeLessThanOrEqual(1e-5);
  model.close();
});

const rules = (await everyCase()).filter(([writer]) => writer.endsWith('rules of masks'));

describe.each(rules)('%s', (_, ruleCases) => {
  it.each([...ruleCases])('%s leaves a live model for ONNX', async (_name, files) => {
    const model = await readKeras(modelFileOf(files));
    const live = await toLayersModel(model);
    const { bytes } = await toOnnx(await kerasModel(live));
    live.dispose();
    expect(await fromKeras(bytes, model, goldenOf(files))).toBeLessThanOrEqual(1e-5);
    model.close();
  });
});

const functionCases = await Promise.all(
  (
    [
      ...(['keras3-functions', 'keras2-functions', 'keras3-operations', 'keras2-operations'] as const),
      'keras3-tensors',
    ] as const
  ).map(async (archive) =>
    [...(await kerasCases(archive))].map(([name, files]) => [`${archive}, ${name}`, files] as const),
  ),
);

const edges = await kerasCases('keras3-edges');

it.each([...edges.keys()])('rare settings leave a live model for ONNX: %s', async (name) => {
  const files = edges.get(name)!;
  const model = await readKeras(files.get('model.keras')!);
  const live = await toLayersModel(model);
  const { bytes } = await toOnnx(await kerasModel(live));
  live.dispose();
  expect(await fromKeras(bytes, model, goldenOf(files))).toBeLessThanOrEqual(1e-5);
  model.close();
});

it.each(functionCases.flat())('functions leave a live model for ONNX too: %s', async (_, files) => {
  const model = await readKeras(modelFileOf(files));
  const live = await toLayersModel(model);
  const { bytes } = await toOnnx(await kerasModel(live));
  live.dispose();
  expect(await fromKeras(bytes, model, goldenOf(files))).toBeLessThanOrEqual(1e-5);
  model.close();
});

it.each([
  ['mask_of_steps_3', 'TimeDistributed with a mask, which TensorFlow.js computes otherwise or not at all'],
  ['mask_of_softmax_3', 'Softmax with a mask, which TensorFlow.js computes otherwise or not at all'],
])('%s is not computed as if there were no mask', async (name, received) => {
  const model = await readKeras(cases.get(name)!.get('model.keras')!);
  await expect(toLayersModel(model)).rejects.toMatchObject({ code: 'layer-unsupported', received });
  model.close();
});
