import { expect, it } from 'vitest';
import { rankCorrelation } from './curve.js';

it('is that of the order alone', () => {
  expect(
    rankCorrelation([
      [1, 10],
      [2, 200],
      [3, 3000],
    ]),
  ).toBeCloseTo(1, 12);
  expect(
    rankCorrelation([
      [1, 3],
      [2, 2],
      [3, 1],
    ]),
  ).toBeCloseTo(-1, 12);
  // scipy.stats.spearmanr([1, 2, 3, 4, 5], [5, 6, 7, 8, 7]).statistic
  const pairs = [
    [1, 5],
    [2, 6],
    [3, 7],
    [4, 8],
    [5, 7],
  ] as const;
  expect(rankCorrelation(pairs)).toBeCloseTo(0.8207826816681233, 12);
});

it('is not told of too few pairs, and of one side that is all the same', () => {
  expect(
    rankCorrelation([
      [1, 1],
      [2, 2],
    ]),
  ).toBeUndefined();
  expect(
    rankCorrelation([
      [1, 1],
      [2, 1],
      [3, 1],
    ]),
  ).toBeUndefined();
});
