import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { lossOf, solveLevels } from '../test/solve-levels.js';
import { type CellRule, halfWaveRow, halfWaveTable, type LevelKind } from './levels.js';

interface Derived {
  levels: LevelKind;
  cell: CellRule;
  bits: number;
  values: number[];
  loss: number;
}

const file = new URL('../fixtures/levels.json', import.meta.url);
const derived = JSON.parse(readFileSync(file, 'utf8')) as Derived[];

describe('halfWaveTable', () => {
  it('has a derived row for each of its rows', () => {
    const rows = Object.values(halfWaveTable).flatMap((byCell) => Object.values(byCell).flat());
    expect(rows.length).toBe(derived.length);
  });

  it.each(derived)('equals scipy: $levels, $cell, $bits bits', ({ levels, cell, bits, values, loss }) => {
    const row = halfWaveRow(levels, cell, bits);
    expect(row.levels.length).toBe(levels === 'released-non-uniform' ? 2 : 2 ** bits - 1);
    // Both are printed with 12 digits, the levels of a uniform row are products of one of them.
    row.levels.forEach((level, i) => expect(Math.abs(level - values[i]!)).toBeLessThan(1e-10));
    expect(row.loss).toBe(loss);
  });

  const least = derived.filter(({ levels }) => !levels.startsWith('released'));
  it.each(least)('equals the solver: $levels, $cell, $bits bits', ({ levels, cell, bits }) => {
    const row = halfWaveRow(levels, cell, bits);
    const solved = solveLevels(levels, cell, bits);
    // Permits the interpolation between grid points of the solver's integrals.
    row.levels.forEach((level, i) => expect(Math.abs(level - solved[i]!)).toBeLessThan(1e-6));
    expect(Math.abs(row.loss - lossOf(solved, cell))).toBeLessThan(1e-8);
  });

  it.each([
    [1, 0.799],
    [2, 0.538],
    [3, 0.3217],
    [4, 0.185],
  ])('has the steps of the authors and of their follow-up: %i bits', (bits, step) => {
    const [least] = halfWaveRow('uniform', 'caffe', bits).levels;
    for (const cell of ['caffe', 'nearest'] as const) {
      const { levels } = halfWaveRow('released', cell, bits);
      expect(levels).toEqual(Array.from({ length: 2 ** bits - 1 }, (_, i) => (i + 1) * step));
    }
    expect(Math.abs(least! / step - 1)).toBeLessThan(0.005);
  });

  it('has the two levels of the released non-uniform setting: the positive half of the four-level optimum', () => {
    const { levels, loss } = halfWaveRow('released-non-uniform', 'caffe', 2);
    expect(levels).toEqual([0.453, 1.51]);
    expect(lossOf([...levels], 'caffe')).toBeCloseTo(loss, 6);
    expect(loss).toBeCloseTo(0.05874, 4);
    expect(loss).toBeGreaterThan(halfWaveRow('non-uniform', 'caffe', 2).loss);
  });

  it('says which widths the released non-uniform levels are for', () => {
    expect(() => halfWaveRow('released-non-uniform', 'caffe', 4)).toThrowError(
      expect.objectContaining({ code: 'unsupported-bits', expected: '2', received: '4' }),
    );
  });

  it.each([0, 5, 1.5])('has no row for %s bits', (bits) => {
    expect(() => halfWaveRow('uniform', 'caffe', bits)).toThrowError(
      expect.objectContaining({ code: 'unsupported-bits', received: String(bits) }),
    );
  });
});
