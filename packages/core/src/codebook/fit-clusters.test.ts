import { describe, expect, it } from 'vitest';
import { binnedPoints, sortedPoints } from './points.js';
import { clusterLevels, distinctLevels, frozenLevels } from './fit-clusters.js';

/** Permits the rounding of sums. */
function expectNear(received: ArrayLike<number>, expected: readonly number[]): void {
  expect(received.length).toBe(expected.length);
  expected.forEach((level, i) => expect(received[i]).toBeCloseTo(level, 12));
}

const points = sortedPoints(Float32Array.of(-4, -3, 0.5, 1, 5, 6, 20));

describe('clusterLevels', () => {
  it('steps from the start, pinned levels staying', () => {
    const once = { iterations: 1 };
    expectNear(clusterLevels(points, [0, 8, -5], { pinned: [0], ...once }), [0, 31 / 3, -3.5]);
    expectNear(clusterLevels(points, [0, 8, -5], once), [0.75, 31 / 3, -3.5]);
    expectNear(clusterLevels(points, [0, 8, -5]), [3.125, 20, -3.5]);
  });

  it('finds the optimum, pinned and kept levels in it', () => {
    expectNear(clusterLevels(points, [0, 1, 2, 3], { exact: true, pinned: [0] }), [-3.5, 0, 5.5, 20]);
    expect(Array.from(clusterLevels(points, [7, 1, 2, 3], { exact: true, kept: [7] }))).toContain(7);
  });

  it('takes each point as a level when there are enough, and keeps what must be kept', () => {
    const two = sortedPoints(Float32Array.of(3, -1, 3));
    expect(Array.from(clusterLevels(two, [0, 1, 2], { pinned: [0] }))).toEqual([-1, 3]);
    expect(Array.from(clusterLevels(two, [0, 1, 2], { kept: [0] }))).toEqual([0, -1, 3]);
    expect(Array.from(clusterLevels(two, [0, 1], { kept: [0] }))).toContain(0);
  });

  it('does not take the means of bins for the values', () => {
    const binned = binnedPoints(Float32Array.of(0, 0.1, 10, 10.1), { bins: 2 });
    expect(binned.hidden).toBeGreaterThan(0);
    expect(clusterLevels(binned, [1, 2, 3], { exact: true }).length).toBe(2);
  });
});

describe('frozen levels', () => {
  it('are distinct and ascend', () => {
    expect(frozenLevels(Float32Array.of(2, 1, 2, -1, 5), Uint8Array.of(1, 1, 1, 1, 0))).toEqual([-1, 1, 2]);
    expect(distinctLevels({ kind: 'codebook', values: Float32Array.of(-1, 0, 2, 2) })).toEqual([-1, 0, 2]);
    expect(distinctLevels({ kind: 'affine', levels: 4, scale: 1 })).toEqual([]);
  });
});
