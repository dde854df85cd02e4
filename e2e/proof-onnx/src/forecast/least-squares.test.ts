import { expect, test } from 'vitest';
import { leastSquares } from './least-squares.js';

test('factors of sums are found again', () => {
  const rows = [
    [1, 2, 5],
    [1, 7, 1],
    [1, 3, 8],
    [1, 9, 4],
  ].map((terms) => [terms, 3 + 0.5 * terms[1]! + 2 * terms[2]!] as const);
  const [constant, first, second] = leastSquares(rows);
  expect(constant).toBeCloseTo(3);
  expect(first).toBeCloseTo(0.5);
  expect(second).toBeCloseTo(2);
});
