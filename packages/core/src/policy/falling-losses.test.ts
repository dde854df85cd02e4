import { expect, it } from 'vitest';
import { pooledFalling } from './falling-losses.js';

it('values that rise by chance share their mean with their neighbours', () => {
  expect(pooledFalling([5, 3, 1])).toEqual([5, 3, 1]);
  expect(pooledFalling([5, 1, 3, 2])).toEqual([5, 2, 2, 2]);
  expect(pooledFalling([1, 2, 3])).toEqual([2, 2, 2]);
  expect(pooledFalling([])).toEqual([]);
});
