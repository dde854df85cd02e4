import { readKeras } from '@lowbit/keras';
import { expect, it } from 'vitest';

import { kerasCases } from '../../keras/test/cases.js';
import { toOnnx } from '../src/index.js';

const cases = await kerasCases('keras3');

it('tells how many weights were read, and stops between two of them', async () => {
  const model = await readKeras(cases.get('conv2d')!.get('model.keras')!);
  const shares: number[] = [];
  await toOnnx(model, { onProgress: (share) => void shares.push(share) });
  expect(shares.length).toBeGreaterThan(2);
  expect(shares).toEqual(shares.toSorted((a, b) => a - b));
  expect([shares[0], shares.at(-1)]).toEqual([0, 1]);
  const controller = new AbortController();
  const stopped = toOnnx(model, { signal: controller.signal, onProgress: () => controller.abort() });
  await expect(stopped).rejects.toMatchObject({ code: 'aborted' });
  await expect(toOnnx(model, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'aborted' });
  await expect(toOnnx(model, { onProgress: 1 as never })).rejects.toMatchObject({ code: 'invalid-argument' });
  model.close();
});
