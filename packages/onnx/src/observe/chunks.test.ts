import { expect, test } from 'vitest';
import { chunksOf } from './visit-values.js';

test('splits in order, so that every part stays within the budget where one item does not exceed it', () => {
  const items = ['a', 'b', 'c', 'd', 'e'];
  expect(chunksOf(items, [3, 3, 4, 12, 1], 10)).toEqual([['a', 'b', 'c'], ['d'], ['e']]);
  expect(chunksOf([], [], 10)).toEqual([]);
});
