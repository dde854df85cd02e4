import { readKeras } from '@lowbit/keras';
import { kerasModel, toLayersModel } from '@lowbit/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, expect, it } from 'vitest';
import { goldenOf } from '../../keras/test/cases.js';
import { toOnnx } from '../src/index.js';
import { fromKeras, kerasCases } from './support.js';

const cases = new Map([
  ...(await kerasCases('keras3-sequences')),
  ...(await kerasCases('keras3-arithmetic')),
]);

beforeAll(() => tf.setBackend('cpu'));

const names =
  'masked_lstm masked_gru masked_bidirectional masked_cells masked_average masked_merges masking operations_masks';

it.each(names.split(' '))('%s leaves a live model for ONNX with its masks', async (name) => {
  const files = cases.get(name)!;
  const model = await readKeras(files.get('model.keras')!);
  const live = await toLayersModel(model);
  const { bytes } = await toOnnx(await kerasModel(live));
  live.dispose();
  expect(await fromKeras(bytes, model, goldenOf(files))).toBeLessThanOrEqual(1e-5);
  model.close();
});
