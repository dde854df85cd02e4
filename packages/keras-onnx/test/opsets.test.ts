import { readKeras } from '@lowbit/keras';
import { describe, expect, it } from 'vitest';
import { toOnnx } from '../src/index.js';
import { goldenOf, kerasCases } from '../../keras/test/cases.js';
import { opsetCases, opsets } from './opset-cases.js';
import { fromKeras, ownCases } from './support.js';

const cases = new Map([...(await kerasCases('keras3')), ...ownCases]);

describe.each(opsets)('operators of version %i', (opset) => {
  it.each(opsetCases)('%s computes what Keras does', async (name) => {
    const files = cases.get(name)!;
    const model = await readKeras(files.get('model.keras')!);
    const { bytes } = await toOnnx(model, { opset });
    expect(await fromKeras(bytes, model, goldenOf(files))).toBeLessThanOrEqual(1e-5);
    model.close();
  });
});

it.each([7, 12, 26, 21.5, Number.NaN])('version %d is refused', async (opset) => {
  const model = await readKeras(cases.get('dense')!.get('model.keras')!);
  await expect(toOnnx(model, { opset })).rejects.toMatchObject({ where: expect.stringContaining('opset') });
  model.close();
});
