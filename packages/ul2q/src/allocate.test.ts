import { seededRandom } from '@lowbit/core/method';
import { describe, expect, it } from 'vitest';
import { allocateBits, type MeasuredWeight } from './allocate.js';
import { layerLoss } from './loss.js';

const weights: MeasuredWeight[] = [
  { id: 'small', count: 1000, deviation: 0.01 },
  { id: 'large', count: 1000, deviation: 1 },
  { id: 'constant', count: 1000, deviation: 0 },
];

function lossOf(list: readonly MeasuredWeight[], bits: ReadonlyMap<string, number>): number {
  return list.reduce((sum, { id, count, deviation }) => sum + layerLoss(count, deviation, bits.get(id)!), 0);
}

describe('allocateBits', () => {
  it('spends bits where the deviation is large and none on constants', () => {
    const bits = allocateBits(weights, 3 * 1000 * 4);
    expect(Object.fromEntries(bits)).toEqual({ small: 2, large: 9, constant: 1 });
  });

  it('gives equal weights equal bits', () => {
    const twins = [weights[1]!, { ...weights[1]!, id: 'twin' }];
    expect([...allocateBits(twins, 2 * 1000 * 5).values()]).toEqual([5, 5]);
  });

  it('keeps to the widths it is given', () => {
    expect(Object.fromEntries(allocateBits(weights, 3 * 1000 * 4, [8, 2]))).toEqual({
      small: 2,
      large: 8,
      constant: 2,
    });
  });

  it('never exceeds the budget, and no other choice of equal sizes is better', () => {
    const random = seededRandom(1);
    for (let round = 0; round < 20; round++) {
      const list = [0, 1, 2].map((i) => ({ id: `${i}`, count: 10, deviation: 0.05 + random() }));
      const bits = allocateBits(list, 10 * 12, [1, 2, 3, 4, 5, 6]);
      expect([...bits.values()].reduce((sum, b) => sum + b * 10, 0)).toBeLessThanOrEqual(120);
      expect(lossOf(list, bits)).toBeLessThanOrEqual(bruteForce(list) * (1 + 1e-12));
    }
  });

  it.each([2999, NaN])('refuses a budget of %s for 3000 values', (budget) => {
    expect(() => allocateBits(weights, budget)).toThrowError(
      expect.objectContaining({ code: 'invalid-argument' }),
    );
  });

  it('has nothing to do without weights', () => {
    expect(allocateBits([], 0).size).toBe(0);
  });
});

/** The least loss of three weights with 12 bits together, 1 to 6 each. */
function bruteForce(list: readonly MeasuredWeight[]): number {
  let least = Infinity;
  for (let a = 1; a <= 6; a++) {
    for (let b = 1; b <= 6; b++) {
      for (let c = 1; c <= Math.min(6, 12 - a - b); c++) {
        least = Math.min(least, lossOf(list, new Map([a, b, c].map((bits, i) => [`${i}`, bits]))));
      }
    }
  }
  return least;
}
