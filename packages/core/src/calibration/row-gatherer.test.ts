import { expect, test } from 'vitest';
import { seededRandom } from '../numeric/random.js';
import { drawRows, rowGatherer } from './row-gatherer.js';

test('of each stratum one row is drawn', () => {
  const isDrawn = drawRows(2.5, () => 0.999);
  expect(Array.from({ length: 10 }, isDrawn).flatMap((drawn, i) => (drawn ? [i] : []))).toEqual([2, 4, 7, 9]);
});

test.each([
  [9, true, 2 ** 14],
  [32, true, 2 ** 15],
  [64, true, 40_000],
  [9, false, 40_000],
])('of 40,000 rows of %d inputs, roughly: %s, %d are taken', (inputs, roughly, taken) => {
  const gatherer = rowGatherer({ inputs, most: 2 ** 16, random: seededRandom(1), roughly });
  const rows = {
    count: 20_000,
    groups: 1,
    inputs,
    read: (_: number, __: number, into: Float32Array) => into.fill(1),
  };
  for (const first of [0, 5]) gatherer.add(rows, { first, count: 5, all: 10 });
  const groups = gatherer.result();
  if (typeof groups === 'string') throw new Error(groups);
  const { seen, heldOut } = groups[0]!;
  expect(Math.abs(seen.count + heldOut!.count - taken)).toBeLessThan(2);
  expect(heldOut!.count / seen.count).toBeCloseTo(1 / 4, 2);
});
