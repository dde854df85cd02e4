import { expect, test } from 'vitest';
import { rankCorrelation } from './rank-correlation.js';

test('what rises together correlates wholly, whatever its scale', () => {
  expect(rankCorrelation([1, 2, 3, 10], [0.1, 5, 6, 1000])).toBeCloseTo(1);
  expect(rankCorrelation([1, 2, 3, 4], [4, 3, 2, 1])).toBeCloseTo(-1);
});

test('of equals the mean of their ranks counts, as in scipy.stats.spearmanr', () => {
  expect(rankCorrelation([1, 2, 2, 4, 5], [2, 1, 3, 3, 6])).toBeCloseTo(0.7631578947368421);
});
