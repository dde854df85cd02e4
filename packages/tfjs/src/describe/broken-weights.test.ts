import { quantize } from '@lowbit/core';
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { onEveryBackend } from '../../test/backends.js';
import { imageModel } from '../../test/models.js';
import { besidesSize } from '../../test/sizes.js';
import { grid } from '../../test/quantizers.js';
import { tfjs } from '../index.js';
import { disposeWeights } from '../model/dispose-weights.js';

onEveryBackend('weights that are no numbers', (test) => {
  test('are told where they stay float, and all others are quantized', async () => {
    const model = imageModel();
    const recipe = { weights: grid, bits: 8 };
    const sound = await quantize(tfjs(model), recipe);
    expect(besidesSize(sound.report.warnings)).toEqual([]);
    const norm = model.getLayer('norm');
    const values = norm.getWeights().map((weight) => weight.dataSync<'float32'>().slice());
    values.at(-1)![1] = NaN;
    values[0]![0] = Infinity;
    const tensors = values.map((each) => tf.tensor1d(each));
    norm.setWeights(tensors);
    const { model: small, report } = await quantize(tfjs(model), recipe);
    const ids = (await tfjs(model).layers()).flatMap(({ skipped = [] }) =>
      skipped.filter(({ warning }) => warning !== undefined).map(({ subject }) => subject),
    );
    expect(ids.length).toBe(2);
    expect(ids).toContain('norm/moving_variance');
    expect(besidesSize(report.warnings)).toEqual(
      ids.map((id) => expect.stringContaining(`${id}: value `) as string),
    );
    expect(report.warnings.join()).toMatch(
      /value 1 of \d+ is NaN: what the model makes of it is no number either/,
    );
    expect(report.weights.length).toBe(sound.report.weights.length);
    tf.dispose(tensors);
    for (const each of [model, sound.model, small]) disposeWeights(each);
  });
});
