import { expect, test } from 'vitest';
import { sliceRanges } from './slice-ranges.js';
import { sliceLayout } from './slicing.js';
import type { Slicing } from './types.js';

const rangesOf = (values: number[], shape: number[], slicing: Slicing) => {
  const { min, max } = sliceRanges(Float32Array.from(values), sliceLayout(shape, slicing), 'w');
  return { min: [...min], max: [...max] };
};

test('each slice has the range of its own values', () => {
  const values = [3, -1, 2, 5, 0, -4];
  expect(rangesOf(values, [2, 3], 'tensor')).toEqual({ min: [-4], max: [5] });
  expect(rangesOf(values, [2, 3], { axes: [0] })).toEqual({ min: [-1, -4], max: [3, 5] });
  expect(rangesOf(values, [2, 3], { axes: [1] })).toEqual({ min: [3, -1, -4], max: [5, 0, 2] });
  expect(rangesOf(values, [3, 2], { along: 0, group: 2 })).toEqual({
    min: [2, -1, 0, -4],
    max: [3, 5, 0, -4],
  });
});

test('slices without values have the range 0', () => {
  expect(rangesOf([], [2, 0], { axes: [0] })).toEqual({ min: [0, 0], max: [0, 0] });
});

test('values that are not finite are told, wherever their slices lie', () => {
  const slicings: Slicing[] = ['tensor', { axes: [0] }, { axes: [1] }, { along: 1, group: 2 }];
  for (const slicing of slicings) {
    for (const broken of [NaN, Infinity, -Infinity]) {
      expect(() => rangesOf([3, -0, 2, 5, broken, NaN], [2, 3], slicing)).toThrow(
        `w[4]: a value is NaN or infinite`,
      );
    }
    expect(() => rangesOf([3e38, -3e38, 2, 5, 0, -0], [2, 3], slicing)).not.toThrow();
  }
});
