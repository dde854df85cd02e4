import { describe, expect, it } from 'vitest';
import { seededRandom } from '../numeric/random.js';
import { binnedPoints, sortedPoints } from './points.js';
import { codebookError } from './cells.js';
import { optimalCodebook } from './optimal-codebook.js';

const random = seededRandom(17);
const draw = (count: number) =>
  Float32Array.from({ length: count }, () => Math.round(40 * (random() + random() - 1)) / 16);

/**
 * Least weighted squared error by trying everything: each value goes to one of the fixed levels or one of the
 * free clusters, runs of sorted values, whose levels are their means.
 */
function bruteForce(
  values: Float32Array,
  weights: Float32Array,
  free: number,
  fixed: readonly number[],
): number {
  const order = Array.from(values, (_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const served = (from: number, to: number) => {
    const run = order.slice(from, to);
    const mass = run.reduce((sum, i) => sum + weights[i]!, 0);
    const mean = run.reduce((sum, i) => sum + weights[i]! * values[i]!, 0) / mass;
    return mass === 0 ? 0 : run.reduce((sum, i) => sum + weights[i]! * (values[i]! - mean) ** 2, 0);
  };
  const toFixed = (from: number, to: number) =>
    order
      .slice(from, to)
      .reduce(
        (sum, i) => sum + weights[i]! * Math.min(...fixed.map((level) => (values[i]! - level) ** 2)),
        0,
      );
  const least = (from: number, left: number): number => {
    let best = fixed.length === 0 ? Infinity : toFixed(from, order.length);
    if (from === order.length) return 0;
    if (left === 0) return best;
    for (let start = from; start < order.length; start++) {
      const skipped = start === from ? 0 : fixed.length === 0 ? Infinity : toFixed(from, start);
      for (let to = start + 1; to <= order.length; to++)
        best = Math.min(best, skipped + served(start, to) + least(to, left - 1));
    }
    return best;
  };
  return least(0, free);
}

const cases = Array.from({ length: 40 }, (_, i) => ({
  values: draw(1 + (i % 9)),
  levels: 1 + (i % 4),
  fixed: [[], [0], [-0.4, 0.9]][i % 3]!.slice(0, 1 + (i % 4)),
  weigh: i % 2 === 1,
}));

describe('optimalCodebook', () => {
  it.each(cases)(
    'equals brute force, $values, $levels levels, fixed $fixed',
    ({ values, levels, fixed, weigh }) => {
      const weights = values.map(() => (weigh ? 0.25 + random() : 1));
      const best = optimalCodebook(sortedPoints(values, weights), levels, { fixed });
      const expected = bruteForce(values, weights, levels - fixed.length, fixed);
      // 1e-12 permits the rounding of float64 sums.
      expect(Math.abs(best.error - expected)).toBeLessThan(1e-12);
      expect(best.levels.length).toBeLessThanOrEqual(levels);
      for (const level of fixed) expect(best.levels).toContain(level);
    },
  );

  it('is never worse with more levels and exact with a level a value', () => {
    const points = sortedPoints(draw(60));
    const errors = Array.from(
      { length: points.values.length },
      (_, i) => optimalCodebook(points, i + 1).error,
    );
    errors.slice(1).forEach((error, i) => expect(error).toBeLessThanOrEqual(errors[i]! + 1e-12));
    expect(errors.at(-1)).toBeLessThan(1e-12);
    expect([...optimalCodebook(points, 500).levels]).toEqual([...points.values]);
  });

  it('costs on a histogram no more than the bound says, also where a bin holds half of the values', () => {
    const values = Float32Array.from({ length: 4000 }, (_, i) => (i % 2 === 0 ? 0 : random() ** 2 - 0.3));
    const exact = sortedPoints(values);
    for (const [levels, bins] of [
      [2, 64],
      [4, 64],
      [4, 1024],
      [16, 1024],
    ] as const) {
      const best = optimalCodebook(binnedPoints(values, { bins }), levels, { fixed: [0] });
      const least = optimalCodebook(exact, levels, { fixed: [0] }).error;
      const actual = codebookError(exact, best.levels);
      // 1e-9 permits the rounding of float64 sums.
      expect(actual).toBeLessThan(best.error + 1e-9);
      expect(best.error - best.gap).toBeLessThan(least + 1e-9);
      if (bins === 1024) expect(best.gap).toBeLessThan(0.2 * least);
    }
  });

  it('takes empty and constant input', () => {
    expect(optimalCodebook(sortedPoints(new Float32Array(0)), 4)).toEqual({
      levels: new Float64Array(0),
      error: 0,
      gap: 0,
    });
    expect([...optimalCodebook(sortedPoints(Float32Array.of(0.3, 0.3)), 4).levels]).toEqual([
      Math.fround(0.3),
    ]);
    expect([...optimalCodebook(sortedPoints(new Float32Array(0)), 2, { fixed: [0] }).levels]).toEqual([0]);
  });

  it.each([
    [0, []],
    [1.5, []],
    [1, [0, 1]],
  ])('refuses %s levels with %s fixed', (levels, fixed) => {
    expect(() => optimalCodebook(sortedPoints(draw(9)), levels, { fixed })).toThrowError(
      expect.objectContaining({ code: 'invalid-argument' }),
    );
  });
});
