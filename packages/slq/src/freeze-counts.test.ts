import { describe, expect, it } from 'vitest';
import { checkCounts, defaultCounts } from './freeze-counts.js';

describe('defaultCounts', () => {
  it.each([
    [17, [5, 9, 13, 15, 17]],
    [9, [3, 5, 7, 9]],
    [5, [3, 5]],
    [3, [1, 3]],
    [2, [2]],
    [33, [11, 21, 29, 31, 33]],
    [16, [5, 9, 11, 13, 16]],
    [8, [3, 5, 8]],
    [4, [1, 4]],
  ])('of %i clusters', (clusters, counts) => {
    expect(defaultCounts(clusters)).toEqual(counts);
  });

  it('always ascend and end with all', () => {
    for (let clusters = 1; clusters <= 256; clusters++) {
      const counts = defaultCounts(clusters);
      expect(() => checkCounts(counts)).not.toThrow();
      expect(counts.at(-1)).toBe(clusters);
      expect(counts.length).toBeLessThanOrEqual(5);
    }
  });
});

describe('checkCounts', () => {
  it.each([[[]], [[3, 3]], [[0, 1]], [[1.5]], [[5, 2]]])('refuses %s', (counts) => {
    expect(() => checkCounts(counts)).toThrowError(expect.objectContaining({ code: 'unsupported-option' }));
  });
});
