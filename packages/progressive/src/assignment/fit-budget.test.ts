import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitBudget } from './fit-budget.js';
import { type Unit, unitBits } from './units.js';

const unitsWith = (counts: readonly number[], least = 1): Unit[] =>
  counts.map((count, i) => ({ layer: `l${i}`, weights: [{ id: `w${i}`, count, least }] }));
const all = [1, 2, 3, 4, 5, 6, 7, 8];

const average = (units: readonly Unit[], bits: readonly number[]) => {
  const values = units.reduce((sum, { weights }) => sum + weights[0]!.count, 0);
  return units.reduce((sum, unit, i) => sum + unitBits(unit, bits[i]!), 0) / values;
};

describe('fitBudget', () => {
  it('lowers the deepest layers first, a width at a time', () => {
    const units = unitsWith([10, 10, 10]);
    expect(fitBudget(units, [4, 4, 4], all, 11 / 3)).toEqual([4, 4, 3]);
    expect(fitBudget(units, [4, 4, 4], all, 10 / 3)).toEqual([4, 3, 3]);
    expect(fitBudget(units, [4, 4, 4], all, 8 / 3)).toEqual([3, 3, 2]);
    expect(fitBudget(units, [8, 4, 4], [2, 4, 8], 4)).toEqual([8, 2, 2]);
  });

  it('gives what is left to the earliest layers', () => {
    const units = unitsWith([10, 10, 100]);
    expect(fitBudget(units, [4, 4, 4], all, 3.9)).toEqual([8, 8, 3]);
    expect(fitBudget(units, [6, 5, 4], all, 4.5)).toEqual([8, 6, 4]);
  });

  it('counts depthwise weights with the bits that they get anyhow', () => {
    const units = [...unitsWith([10], 4), ...unitsWith([10])];
    expect(fitBudget(units, [4, 4], all, 3)).toEqual([4, 2]);
    expect(() => fitBudget(units, [4, 4], all, 2)).toThrowError(
      expect.objectContaining({
        code: 'invalid-argument',
        expected: expect.stringContaining('2.50') as string,
      }),
    );
  });

  it('has nothing to do without layers', () => expect(fitBudget([], [], all, 1)).toEqual([]));

  it('stays within any budget that can be met, never rises with depth, and wastes no width of the first layer', () => {
    const layers = fc.array(
      fc.record({ count: fc.integer({ min: 1, max: 1000 }), bits: fc.integer({ min: 1, max: 8 }) }),
      {
        minLength: 1,
        maxLength: 12,
      },
    );
    fc.assert(
      fc.property(layers, fc.double({ min: 1, max: 9, noNaN: true }), (given, budget) => {
        const units = unitsWith(given.map(({ count }) => count));
        const wanted = given.map(({ bits }) => bits).sort((a, b) => b - a);
        const fitted = fitBudget(units, wanted, all, budget);
        expect(average(units, fitted)).toBeLessThanOrEqual(budget + 1e-9);
        fitted.forEach((bits, i) => expect(bits).toBeLessThanOrEqual(fitted[i - 1] ?? 8));
        const more = fitted.map((bits, i) => (i === 0 ? bits + 1 : bits));
        if (fitted[0]! < 8) expect(average(units, more)).toBeGreaterThan(budget);
      }),
      { numRuns: 500, seed: 11 },
    );
  });
});
