import { describe, expect, it } from 'vitest';
import { seededRandom } from '../numeric/random.js';
import { ascendingOrder, binnedPoints, codebookPoints, quantiles, sortedPoints } from './points.js';
import { errorAbout, meanOf } from './weighted-points.js';

const random = seededRandom(3);
const values = Float32Array.from({ length: 5000 }, () => Math.round(400 * (random() - 0.4)) / 100);

describe('ascendingOrder', () => {
  it('sorts as a comparison does, equal values in their order', () => {
    const expected = Array.from(values, (_, i) => i).sort((a, b) => values[a]! - values[b]! || a - b);
    // −0 and 0 differ for the radix sort alone; there is none of the first here.
    expect([...ascendingOrder(values.map((value) => value + 0))]).toEqual(expected);
    expect([...ascendingOrder(Float32Array.of(1e-45, -3, 3e38, 0, -1e-45))]).toEqual([1, 4, 3, 0, 2]);
    expect(ascendingOrder(new Float32Array(0)).length).toBe(0);
  });
});

describe('points', () => {
  it('are the distinct values with their counts, or with the sums of their importance', () => {
    const points = sortedPoints(Float32Array.of(2, -1, 2, 0.5));
    expect([...points.values]).toEqual([-1, 0.5, 2]);
    expect([...points.weight]).toEqual([0, 1, 2, 4]);
    const weighted = sortedPoints(Float32Array.of(2, -1, 2, 0.5), Float32Array.of(1, 0, 2.5, 1));
    expect([...weighted.values]).toEqual([0.5, 2]);
    expect([...weighted.weight]).toEqual([0, 1, 4.5]);
  });

  it('treat importance that is 0 throughout as none', () => {
    expect([...sortedPoints(Float32Array.of(1, 2), new Float32Array(2)).weight]).toEqual([0, 1, 2]);
    expect([...binnedPoints(Float32Array.of(1, 2), { importance: new Float32Array(2) }).values]).toEqual([
      1, 2,
    ]);
  });

  it.each([[Float32Array.of(1)], [Float32Array.of(1, -1)], [Float32Array.of(NaN, 1)]])(
    'refuse importance %s for two values',
    (importance) => {
      expect(() => sortedPoints(Float32Array.of(1, 2), importance)).toThrowError(
        expect.objectContaining({ code: 'invalid-argument', where: 'importance' }),
      );
    },
  );

  it('know the mean and the error of a run, also far from 0', () => {
    const points = sortedPoints(Float32Array.of(1e6, 1e6 + 1, 1e6 + 2, 1e6 + 9));
    expect(meanOf(points, 0, 3)).toBe(1e6 + 1);
    expect(meanOf(points, 3, 4)).toBe(1e6 + 9);
    expect(errorAbout(points, 1e6 + 1, 0, 3)).toBeCloseTo(2, 9);
    expect(errorAbout(points, 1e6, 1, 3)).toBeCloseTo(5, 9);
  });

  it('of a histogram keep the weight, the mean and the whole squared error', () => {
    const exact = sortedPoints(values);
    const binned = binnedPoints(values, { bins: 50 });
    expect(binned.values.length).toBeLessThanOrEqual(50);
    expect(binned.weight.at(-1)).toBe(5000);
    expect(binned.origin).toBeCloseTo(exact.origin, 9);
    expect(binned.square.at(-1)! + binned.hidden).toBeCloseTo(exact.square.at(-1)!, 6);
    expect(binned.blur).toBeGreaterThan(0);
  });

  it('of a histogram hide nothing when every bin holds equal values', () => {
    const binned = binnedPoints(Float32Array.of(0, 0, 0, 1, 1, 4));
    expect([...binned.values]).toEqual([0, 1, 4]);
    expect(binned.hidden).toBe(0);
    expect(binned.blur).toBe(0);
    expect([...binnedPoints(Float32Array.of(3, 3)).values]).toEqual([3]);
    expect(binnedPoints(new Float32Array(0)).values.length).toBe(0);
  });

  it('come from a histogram beyond 100,000 values', () => {
    const ramp = (count: number) => Float32Array.from({ length: count }, (_, i) => i);
    expect(codebookPoints(ramp(100_000)).values.length).toBe(100_000);
    expect(codebookPoints(ramp(100_001)).values.length).toBeLessThanOrEqual(65_536);
  });
});

describe('quantiles', () => {
  it('split the weight evenly', () => {
    const points = sortedPoints(Float32Array.from({ length: 100 }, (_, i) => i));
    expect([...quantiles(points, 4)]).toEqual([12, 37, 62, 87]);
    expect([...quantiles(sortedPoints(Float32Array.of(1, 1, 1, 5)), 2)]).toEqual([1, 1]);
    expect([...quantiles(sortedPoints(new Float32Array(0)), 2)]).toEqual([0, 0]);
  });
});
