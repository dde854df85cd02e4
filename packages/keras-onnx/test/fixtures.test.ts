import { readKeras } from '@lowbit/keras';
import { describe, expect, it } from 'vitest';
import { toOnnx } from '../src/index.js';
import { casesOf, goldenOf, valuesOf } from '../../keras/test/cases.js';
import { difference, run, wanted } from './support.js';

const writers = [
  ['Keras 3', await casesOf(new URL('../../keras/fixtures/keras3.zip', import.meta.url))],
  ['tf-keras 2', await casesOf(new URL('../../keras/fixtures/keras2.zip', import.meta.url))],
  [
    "Python's operators",
    await casesOf(new URL('../../keras/fixtures/keras3-arithmetic.zip', import.meta.url)),
  ],
  ['models', await casesOf(new URL('../fixtures/cases.zip', import.meta.url))],
] as const;

/** Of a policy of half precision, in which Keras rounds the first layer, and which is computed in float32 here. */
const rounded: Readonly<Record<string, number>> = { mixed_precision: 1e-3 };

/** Averages of steps that several masks leave out. */
const refused = ['operations_masks'];

describe.each(writers)('%s', (_, cases) => {
  it.each([...cases])('%s', async (name, files) => {
    const golden = goldenOf(files);
    const model = await readKeras(files.get('model.keras')!);
    if (refused.includes(name)) {
      await expect(toOnnx(model)).rejects.toMatchObject({ code: 'layer-unsupported' });
      return;
    }
    const { bytes } = await toOnnx(model);
    const results = await run(bytes, model, golden);
    const expected = wanted(model, golden);
    model.close();
    expect(results.map(({ dims }) => dims)).toEqual(expected.map(({ shape }) => shape));
    const worst = results.map((result, i) => difference(result, valuesOf(expected[i]!)));
    expect(Math.max(...worst)).toBeLessThanOrEqual(rounded[name] ?? 1e-5);
  });
});
