import { arrayOps } from '@lowbit/core/method';
import { describe, expect, it } from 'vitest';
import { onFullGrid, onGridWithZero, onSpannedGrid, onSymmetricGrid } from './measured-grid.js';

const matrix = (...rows: number[][]) => ({
  shape: [rows.length, rows[0]!.length],
  data: Float32Array.from(rows.flat()),
});

describe('grids measured in a forward pass', () => {
  it('span the range of each row', () => {
    const x = matrix([1, 2.4, 4], [-6, 1, 3], [5, 5, 5]);
    expect([...onSpannedGrid(arrayOps, x, 4).data]).toEqual([1, 2, 4, -6, 0, 3, 5, 5, 5]);
  });

  it('include 0, and keep rows of equal values', () => {
    const x = matrix([1, 2.4, 3], [-3, -2.4, 0], [5, 5, 5]);
    expect([...onGridWithZero(arrayOps, x, 4).data]).toEqual([1, 2, 3, -3, -2, 0, 5, 5, 5]);
  });

  it('reach the largest size on both sides', () => {
    const x = matrix([-3, 1.4, 2.6], [0, 0, 0], [-0.5, 0, 1.5]);
    expect([...onSymmetricGrid(arrayOps, x, 3).data]).toEqual([-3, 1, 3, 0, 0, 0, -0.5, 0, 1.5]);
  });

  it('have an extra level on the side that reaches farther', () => {
    const x = matrix([-4, 1.4, 2.6], [0, 0, 0], [-1, 0.4, 8], [-7, 0, 7]);
    const expected = [-4, 1, 3, 0, 0, 0, -2, 0, 8, -8, 0, 6];
    expect([...onFullGrid(arrayOps, x, 3).data]).toEqual(expected);
  });
});
