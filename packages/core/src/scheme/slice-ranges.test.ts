import { expect, test } from 'vitest';
import { sliceRanges } from './slice-ranges.js';
import { sliceLayout } from './slicing.js';
import type { Slicing } from './types.js';

const rangesOf = (values: number[], shape: number[], slicing: Slicing) => {
  const { min, max } = sliceRanges(Float32Array.from(values), sliceLayout(shape, slicing));
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
