import { describe, expect, it } from 'vitest';
import { cellEnds, codebookError } from './cells.js';
import { codebookOf } from './fit-clusters.js';
import { lloyd } from './lloyd.js';
import { floorLog2, nearestPowerOfTwo } from '../numeric/round.js';
import { sortedPoints } from './points.js';

const points = sortedPoints(Float32Array.of(-1, 0, 1, 2, 10));

describe('cells', () => {
  it('give a point midway to the lower level, or to the upper one where told', () => {
    expect([...cellEnds(points, Float64Array.of(0, 2))]).toEqual([0, 3, 5]);
    expect([...cellEnds(points, Float64Array.of(0, 2), Uint8Array.of(1))]).toEqual([0, 2, 5]);
  });

  it('give the squared error of any codebook', () => {
    expect(codebookError(points, [2, 0])).toBeCloseTo(1 + 0 + 1 + 0 + 64, 12);
    expect(codebookError(points, [-1, 0, 1, 2, 10])).toBeCloseTo(0, 12);
  });
});

describe('lloyd', () => {
  it('gives a point midway to the level with the lower index', () => {
    expect([...lloyd(points, [0, 2], { iterations: 1 }).levels]).toEqual([0, 6]);
    expect([...lloyd(points, [2, 0], { iterations: 1 }).levels]).toEqual([13 / 3, -0.5]);
  });

  it('keeps pinned levels and those without points', () => {
    const { levels } = lloyd(points, [0, 100, 2.1], { pinned: [1, 0, 0], iterations: 1 });
    expect([...levels]).toEqual([0, 100, 6]);
  });

  it('stops when nothing moves far enough, and says after how many steps', () => {
    expect(lloyd(points, [0.5, 10]).iterations).toBe(1);
    expect(lloyd(points, [0, 9]).iterations).toBe(2);
    expect(lloyd(points, [0, 9], { tolerance: 0.2 }).iterations).toBe(1);
    expect(lloyd(points, [-1, 0], { iterations: 0 })).toEqual({
      levels: Float64Array.of(-1, 0),
      iterations: 0,
    });
  });

  it('leaves the start as it is where there are no points', () => {
    expect([...lloyd(sortedPoints(new Float32Array(0)), [1, -1]).levels]).toEqual([1, -1]);
  });
});

describe('codebookOf', () => {
  const valuesOf = (levels: number[], kept?: number[]) => {
    const codebook = codebookOf(points, levels, kept);
    return codebook.kind === 'codebook' ? [...codebook.values] : codebook;
  };

  it('ascends, holds each level once and drops those without points', () => {
    expect(valuesOf([10, -1, 5.9, 2, 0, 2, 1])).toEqual([-1, 0, 1, 2, 10]);
    expect(valuesOf([0, 50])).toEqual([0]);
    expect(valuesOf([0, 50], [50])).toEqual([0, 50]);
  });

  it('is the one level 0 when there is nothing', () => {
    expect(codebookOf(sortedPoints(new Float32Array(0)), [3])).toEqual({
      kind: 'codebook',
      values: Float32Array.of(0),
    });
  });
});

describe('powers of two', () => {
  it('are the nearest ones, the larger one midway', () => {
    const pairs = [
      [0, 0],
      [1, 1],
      [1.49, 1],
      [1.5, 2],
      [-3, -4],
      [-2.9, -2],
      [0.37, 0.25],
      [0.38, 0.5],
    ] as const;
    for (const [value, expected] of pairs) expect(nearestPowerOfTwo(value)).toBe(expected);
  });

  it('have the exponent that the logarithm would round away', () => {
    for (let e = -149; e <= 127; e++) {
      expect(floorLog2(2 ** e)).toBe(e);
      expect(floorLog2(2 ** e * (1 - 2 ** -52))).toBe(e - 1);
    }
  });
});
