import { expect, test } from 'vitest';
import { drawRows } from './row-gatherer.js';

test('of each stratum one row is drawn', () => {
  const isDrawn = drawRows(2.5, () => 0.999);
  expect(Array.from({ length: 10 }, isDrawn).flatMap((drawn, i) => (drawn ? [i] : []))).toEqual([2, 4, 7, 9]);
});
