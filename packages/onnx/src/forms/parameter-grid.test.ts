import { expect, test } from 'vitest';
import { parameterGrid } from './parameter-grid.js';

const grid = parameterGrid;

test('one set of parameters is a scalar', () => {
  expect(grid([4, 6], 'tensor')).toEqual({ codes: [4, 6], parameters: [] });
});

test('owning axes keep their place, without ones in front', () => {
  expect(grid([4, 6, 3], { axes: [0] }).parameters).toEqual([4, 1, 1]);
  expect(grid([4, 6, 3], { axes: [2] }).parameters).toEqual([3]);
  expect(grid([4, 6, 3], { axes: [0, 2] }).parameters).toEqual([4, 1, 3]);
});

test('an axis of whole groups is split', () => {
  expect(grid([4, 6, 3], { along: 1, group: 2 })).toEqual({ codes: [4, 3, 2, 3], parameters: [4, 3, 1, 3] });
});

test('one group is no split', () => {
  expect(grid([4, 6, 3], { along: 1, group: 8 })).toEqual({ codes: [4, 6, 3], parameters: [4, 1, 3] });
});

test('a short last group is gathered by index', () => {
  expect(grid([4, 5], { along: 1, group: 2 })).toEqual({
    codes: [4, 5],
    parameters: [4, 3],
    gather: { axis: 1, groups: [0, 0, 1, 1, 2] },
  });
});
