import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { binnedPoints, sortedPoints } from './points.js';
import { lloyd } from './lloyd.js';
import { optimalCodebook } from './optimal-codebook.js';

interface Golden {
  vectors: Record<string, number[]>;
  importance: number[];
  rows: {
    vector: string;
    levels: number;
    start: number[];
    lloyd: Record<string, number[]>;
    optimum: number[];
    error: number;
  }[];
  weighted: { start: number[]; lloyd: number[] };
}

const file = new URL('../../fixtures/codebooks.json', import.meta.url);
const golden = JSON.parse(readFileSync(file, 'utf8')) as Golden;
const valuesOf = (name: string) => Float32Array.from(golden.vectors[name]!);

/** Permits what float64 sums in another order differ by. */
function expectNear(received: ArrayLike<number>, expected: readonly number[], permitted = 1e-10): void {
  expect(received.length).toBe(expected.length);
  expected.forEach((value, i) => expect(Math.abs(received[i]! - value)).toBeLessThan(permitted));
}

describe.each(golden.rows)('$vector, $levels levels', ({ vector, levels, start, lloyd: steps, ...row }) => {
  it.each(Object.keys(steps))('after %s Lloyd steps equals scikit-learn', (iterations) => {
    const points = sortedPoints(valuesOf(vector));
    const result = lloyd(points, start, { iterations: Number(iterations), tolerance: 0 });
    expectNear(result.levels, steps[iterations]!);
  });

  it('has the optimum that jenkspy finds', () => {
    const best = optimalCodebook(sortedPoints(valuesOf(vector)), levels);
    expectNear(best.levels, row.optimum);
    expect(Math.abs(best.error - row.error)).toBeLessThan(1e-10);
    expect(best.gap).toBe(0);
  });

  it('has a histogram optimum within the computed bound', () => {
    const best = optimalCodebook(binnedPoints(valuesOf(vector), { bins: 512 }), levels);
    const error = valuesOf(vector).reduce(
      (sum, value) => sum + Math.min(...Array.from(best.levels, (level) => (value - level) ** 2)),
      0,
    );
    // 1e-10 permits the rounding of the sums.
    expect(error).toBeLessThan(best.error + 1e-10);
    expect(best.error - best.gap).toBeLessThan(row.error + 1e-10);
  });
});

describe('importance', () => {
  it('weighs the values as scikit-learn does', () => {
    const points = sortedPoints(valuesOf('normal'), Float32Array.from(golden.importance));
    const result = lloyd(points, golden.weighted.start, { tolerance: 0 });
    expectNear(result.levels, golden.weighted.lloyd);
  });
});
