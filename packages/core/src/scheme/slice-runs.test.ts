import { expect, test } from 'vitest';
import { axesRuns, groupRuns, type SliceRuns } from './slice-runs.js';

/** The slice of each value, in row-major order. */
function slicesOf({ step, each }: SliceRuns): number[] {
  const slices: number[] = [];
  each((from, to, slice) => {
    for (let i = from; i < to; i++) slices[i] = slice + step * (i - from);
  });
  return slices;
}

test('values are given the slices that own them', () => {
  expect(slicesOf(axesRuns([2, 3], []))).toEqual([0, 0, 0, 0, 0, 0]);
  expect(slicesOf(axesRuns([2, 1, 3], [0, 1]))).toEqual([0, 0, 0, 1, 1, 1]);
  expect(slicesOf(axesRuns([2, 3], [1]))).toEqual([0, 1, 2, 0, 1, 2]);
  expect(slicesOf(axesRuns([2, 2, 2], [0, 2]))).toEqual([0, 1, 0, 1, 2, 3, 2, 3]);
  expect(slicesOf(axesRuns([2, 2, 2], [1]))).toEqual([0, 0, 1, 1, 0, 0, 1, 1]);
  expect(slicesOf(axesRuns([1], [0]))).toEqual([0]);
});

test('groups run along their axis; the last may be short', () => {
  expect(slicesOf(groupRuns([2, 3], 1, 2))).toEqual([0, 0, 1, 2, 2, 3]);
  expect(slicesOf(groupRuns([3, 2], 0, 2))).toEqual([0, 1, 0, 1, 2, 3]);
  expect(slicesOf(groupRuns([2, 2, 2], 1, 1))).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});

test('long stretches are cut, and slices go on where they were', () => {
  const lengths: number[] = [];
  axesRuns([10_000], []).each((from, to) => lengths.push(to - from));
  expect(lengths).toEqual([4096, 4096, 1808]);
  expect(slicesOf(axesRuns([2, 5000], [1]))).toEqual([...Array(5000).keys(), ...Array(5000).keys()]);
});
