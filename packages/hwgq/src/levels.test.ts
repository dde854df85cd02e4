import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { lossOf, solveLevels } from '../test/solve-levels.js';
import { halfWaveRow, halfWaveTable, type CellRule, type LevelKind } from './levels.js';

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
    expect(row.levels.length).toBe(2 ** bits - 1);
    // Both are printed with 12 digits, the levels of a uniform row are products of one of them.
    row.levels.forEach((level, i) => expect(Math.abs(level - values[i]!)).toBeLessThan(1e-10));
    expect(row.loss).toBe(loss);
  });

  it.each(derived)('equals the solver: $levels, $cell, $bits bits', ({ levels, cell, bits }) => {
    const row = halfWaveRow(levels, cell, bits);
    const solved = solveLevels(levels, cell, bits);
    // Permits the interpolation between grid points of the solver's integrals.
    row.levels.forEach((level, i) => expect(Math.abs(level - solved[i]!)).toBeLessThan(1e-6));
    expect(Math.abs(row.loss - lossOf(solved, cell))).toBeLessThan(1e-8);
  });

  // The constants of the authors and of a later re-implementation, rounded to 2 to 4 digits.
  it.each([
    ['uniform', 1, 0.799],
    ['uniform', 2, 0.538],
    ['uniform', 3, 0.3217],
    ['uniform', 4, 0.185],
  ] as const)('is within half a percent of the released step: %s, %i bits', (kind, bits, released) => {
    const [step] = halfWaveRow(kind, 'caffe', bits).levels;
    expect(Math.abs(step! / released - 1)).toBeLessThan(0.005);
  });

  it('has the positive half of the four-level optimum where only two levels are used', () => {
    // The released non-uniform setting at 2 bits: 0.453 and 1.51 with a threshold between at 0.9815.
    const levels = [0.453, 1.51];
    const loss = lossOf(levels, 'caffe');
    expect(loss).toBeCloseTo(0.05874, 4);
    expect(loss).toBeGreaterThan(halfWaveRow('non-uniform', 'caffe', 2).loss);
  });

  it.each([0, 5, 1.5])('has no row for %s bits', (bits) => {
    expect(() => halfWaveRow('uniform', 'caffe', bits)).toThrowError(
      expect.objectContaining({ code: 'unsupported-bits', received: String(bits) }),
    );
  });
});
