import { seededRandom } from '@lowbit/core';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it } from 'vitest';
import { readFixtures, writers, type Fixture } from '../src/files/fixtures.js';
import { measureFixture } from '../src/fixtures/measure-fixture.js';
import { kinds } from '../src/mutations/kinds.js';
import { readDamaged } from '../src/mutations/read-damaged.js';

const limit = 1e-5;

beforeAll(() => tf.setBackend('cpu'));

describe.each(writers)('fixtures of $title', ({ archives }) => {
  const named = async (name: string) => (await readFixtures(archives)).find((each) => each.name === name)!;

  it('computes what Keras does, and a swap of two weights is seen', async () => {
    const { worst, refused, swaps, hidden } = await measureFixture(await named('batch_normalization'), limit);
    expect(worst).toBeLessThanOrEqual(limit);
    expect([refused, hidden]).toEqual([[], []]);
    expect(swaps).toBeGreaterThan(0);
  });

  it('is told where Keras computed something else', async () => {
    const fixture = await named('dense');
    const [output] = fixture.outputs as Fixture['inputs'];
    const zeros = Buffer.alloc(Buffer.from(output!.data, 'base64').length).toString('base64');
    const { worst } = await measureFixture({ ...fixture, outputs: [{ ...output!, data: zeros }] }, limit);
    expect(worst).toBeGreaterThan(1e-2);
  });
});

it.each(Object.entries(kinds))(
  'a damaged model is read or refused by a typed error: %s',
  async (_, mutate) => {
    const [fixture] = await readFixtures(writers[0].archives);
    const random = seededRandom(7);
    for (let file = 0; file < 6; file++) {
      const outcome = await readDamaged(async () => mutate(fixture!.files, random));
      expect(outcome).toEqual({ code: expect.any(String) });
    }
  },
);
