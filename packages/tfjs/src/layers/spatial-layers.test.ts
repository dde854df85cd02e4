import { quantize } from '@lowbit/core';
import { readKeras } from '@lowbit/keras';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';

import { goldenOf, type Files, kerasCases } from '../../../keras/test/cases.js';
import { savedArtifacts, slopeDifferences, tensorOf, uneven } from '../../test/keras-cases.js';
import { load } from '../io/load-model.js';
import { toLayersModel } from '../keras/to-layers-model.js';
import { variablesOf } from '../model/internals.js';
import { registry } from '../register.js';
import { tfjs } from '../tfjs.js';
import { resampled } from './resampling.js';

const cases = await kerasCases('keras3-spatial');

/** One or more for each class of ours. */
const names = [
  ...[
    'conv1d_causal_strided',
    'conv1d_unknown_length',
    'conv2d_groups',
    'conv2d_groups_dilated',
    'conv3d_groups',
  ],
  ...['conv1d_transpose_settings', 'conv2d_transpose_padded', 'conv2d_transpose_dilated'],
  ...['conv3d_transpose_padded', 'depthwise_conv1d_settings', 'depthwise_conv2d_dilated'],
  ...['separable_conv1d_settings', 'globalaveragepooling3d_kept_unknown', 'globalmaxpooling3d_unknown'],
  ...['shapes_of_unknown', 'upsampling_bilinear_unknown', 'resizing_down', 'resizing_cropped'],
  ...['resizing_padded', 'center_crop_up'],
];

beforeAll(() => tf.setBackend('cpu'));

async function opened(files: Files): Promise<{ model: LayersModel; input: tf.Tensor }> {
  const source = await readKeras(files.get('model.keras')!);
  const model = await toLayersModel(source);
  source.close();
  const golden = goldenOf(files);
  return { model, input: tensorOf(golden.inputs[0]!) };
}

describe.each(names)('%s', (name) => {
  it('has the gradient of what it computes', async () => {
    const { model, input } = await opened(cases.get(name)!);
    const x = tf.variable(input);
    const share = uneven((model.predict(input) as tf.Tensor).shape);
    const loss = () => tf.tidy(() => tf.sum(tf.mul(model.apply(x) as tf.Tensor, share)) as tf.Scalar);
    const variables = [x, ...variablesOf(model).map((weight) => weight.read() as tf.Variable)];
    for (const { name: variable, difference, scale } of slopeDifferences(loss, variables, 2 ** -10))
      expect(difference, variable).toBeLessThanOrEqual(0.01 * scale);
  });

  it('is the same when it was saved and loaded', async () => {
    const { model, input } = await opened(cases.get(name)!);
    const again = await load(tf.io.fromMemory(await savedArtifacts(model)));
    const [before, after] = [model, again].map((each) => (each.predict(input) as tf.Tensor).dataSync());
    expect(after).toEqual(before);
  });
});

it('weights of layers of ours are quantized by their output channels, and saved packed', async () => {
  const described: unknown[] = [];
  for (const name of ['conv2d_groups', 'conv1d_transpose_settings', 'separable_conv1d_settings']) {
    const { model, input } = await opened(cases.get(name)!);
    const { model: small } = await quantize(tfjs(model), { registry, bits: 8 });
    const again = await load(tf.io.fromMemory(await savedArtifacts(small)));
    const [exact, rounded, loaded] = [model, small, again].map((each) => each.predict(input) as tf.Tensor);
    expect(loaded!.dataSync()).toEqual(rounded!.dataSync());
    expect(tf.max(tf.abs(tf.sub(exact!, rounded!))).dataSync()[0]).toBeLessThan(0.1);
    const [layer] = (await tfjs(model).layers()).filter(({ weights }) => weights.length > 0);
    described.push(layer!.weights.map(({ shape, outputAxes, inputAxis }) => [shape, outputAxes, inputAxis]));
  }
  expect(described).toEqual([
    [[[3, 4, 2, 9], [3], 2]],
    [[[5, 4, 3], [1], 2]],
    [
      [[4, 3, 1], [1, 2], undefined],
      [[1, 3, 5], [2], 1],
    ],
  ]);
});

it('resampling keeps constant pictures, also at lengths where single and double precision differ', () => {
  const x = tf.ones([1, 9, 7, 2]);
  for (const kind of ['nearest', 'bilinear'] as const)
    for (const size of [1, 3, 8, 20]) {
      const values = resampled(x, [size, size], kind).dataSync<'float32'>();
      expect(values.every((value) => Math.abs(value - 1) < 1e-6)).toBe(true);
    }
});
