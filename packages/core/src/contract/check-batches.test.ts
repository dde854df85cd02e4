import { describe, expect, test } from 'vitest';
import { finiteBatches } from './check-batches.js';
import type { Batch } from './model-run.js';

const batch = (data: ArrayLike<number>, shape: readonly number[] = [2, 3]): Batch => ({
  inputs: { x: { shape, data } },
});
const good = batch([1, 2, 3, 4, 5, 6]);
const empty = batch([], [0, 3]);

/** What is passed on. */
async function passed(given: unknown): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const one of finiteBatches(given as Batch[])) all.push(one);
  return all;
}

describe('batches that something is measured on', () => {
  test.each([
    ['NaN', [1, 2, 3, 4, NaN, 6], 'NaN'],
    ['an infinity', Float64Array.of(1, 2, 3, 4, -Infinity, 6), '-Infinity'],
    ['an infinity of float32', Float64Array.of(1, 2, 3, 4, 1e39, 6), '1e+39, which is infinite in float32'],
  ])('%s is told with its batch, input and place', async (_, data, received) => {
    await expect(passed([good, batch(data)])).rejects.toMatchObject({
      code: 'non-finite',
      where: "batch 2: input 'x', at [1, 1]",
      received,
      remedy: 'Remove this sample, or give a finite number in place of this value.',
    });
  });

  test('none of which has a value: the cause is told', async () => {
    await expect(passed([empty, empty])).rejects.toMatchObject({
      code: 'calibration-invalid',
      where: 'batches',
      received: "empty ones, the first with input 'x' of shape [0, 3]",
    });
    expect(await passed([empty, good])).toEqual([empty, good]);
  });

  test.each([
    ['integers of 64 bits', [batch(BigInt64Array.of(1n, 2n) as never, [2])]],
    ['what is no batch', [undefined, 3, {}, { inputs: { x: null, y: 2, z: { shape: [1] } } }]],
    ['none at all', []],
  ])('%s is passed on', async (_, given) => {
    expect(await passed(given)).toEqual(given);
  });
});
