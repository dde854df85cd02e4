import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type GridStep, searchGrids } from './search-grids.js';

interface Case {
  readonly levels: number;
  readonly zero: 'anywhere' | 'level';
  readonly values: readonly number[];
  readonly importance: readonly number[];
  readonly refitted: { readonly error: number; readonly scale: number; readonly offset: number };
  /** The least error of a fine scan over both ends of the grid. */
  readonly scanned: number;
}

const fixture = new URL('../../fixtures/weighted-grids.json', import.meta.url);
const cases = JSON.parse(readFileSync(fixture, 'utf8')) as readonly Case[];
const named = cases.map((own) => [own.values.length, own.levels, own.zero, own] as const);

const refit: readonly GridStep[] = [{ from: 'range', low: 0, high: 0, rounds: 3 }, 'measure'];
const cut = (share: number): GridStep => ({ from: 'range', low: share, high: share, rounds: 0 });
const moved = (low: number, high: number): GridStep => ({ from: 'best', low, high, rounds: 0 });
const clip: readonly GridStep[] = [
  ...refit,
  ...[0.05, 0.1, 0.15, 0.2, 0.25, 0.35].map(cut),
  ...[0.12, 0.06, 0.03, 0.015].flatMap((by) => [moved(by, 0), moved(-by, 0), moved(0, by), moved(0, -by)]),
  { from: 'best', low: 0, high: 0, rounds: 3 },
  'measure',
];

function errorOf({ values, importance, levels }: Case, scale: number, offset: number): number {
  return values.reduce((sum, value, i) => {
    const code = Math.min(Math.max(Math.round((value - offset) / scale), 0), levels - 1);
    return sum + importance[i]! * (value - offset - scale * code) ** 2;
  }, 0);
}

function search({ values, importance, levels, zero }: Case, steps: readonly GridStep[]) {
  const { scale, offset } = searchGrids(
    Float32Array.from(values),
    values.length,
    { levels, zero, steps },
    Float32Array.from(importance),
  );
  return { scale: scale[0]!, offset: offset[0]! };
}

test.each(named)('%i values on %i levels, 0 %s: grids are refitted as numpy does', (_, __, ___, own) => {
  const { scale, offset } = search(own, refit);
  // Places of values are rounded to parts of a step while a grid is searched, parameters to float32.
  expect(scale / own.refitted.scale).toBeCloseTo(1, 4);
  expect(Math.abs(offset - own.refitted.offset)).toBeLessThan(5e-4 * own.refitted.scale);
  expect(errorOf(own, scale, offset) / own.refitted.error).toBeCloseTo(1, 4);
});

test.each(named)(
  '%i values on %i levels, 0 %s: clipped grids are near the best there are',
  (...[, , , own]) => {
    const { scale, offset } = search(own, clip);
    // A search of a few dozen grids beside a scan of 40,000: within 2 dB.
    expect(errorOf(own, scale, offset)).toBeLessThan(1.6 * own.scanned);
  },
);

test('values that count alike have the grid that they have without importance', () => {
  for (const own of cases) {
    const values = Float32Array.from(own.values);
    const given = { levels: own.levels, zero: own.zero, steps: clip };
    const plain = searchGrids(values, values.length, given);
    const alike = searchGrids(values, values.length, given, new Float32Array(values.length).fill(0.5));
    expect(alike).toEqual(plain);
    expect(searchGrids(values, values.length, given, new Float32Array(values.length))).toEqual(plain);
  }
});

test('slices are weighted each by its own, and one of which none counts is searched as if all did', () => {
  const [a, b] = [cases[2]!, cases[2]!];
  const length = a.values.length;
  const values = Float32Array.from([...a.values, ...b.values]);
  const given = { levels: 16, zero: 'anywhere', steps: refit } as const;
  const half = Float32Array.from([...a.importance, ...new Float32Array(length)]);
  const { scale } = searchGrids(values, length, given, half);
  expect(scale[0]).toBe(search(a, refit).scale);
  expect(scale[1]).toBe(searchGrids(values, length, given).scale[1]);
});

test('importance that is no weights is refused', () => {
  const given = { levels: 4, zero: 'anywhere', steps: refit } as const;
  for (const importance of [Float32Array.of(1), Float32Array.of(1, -1), Float32Array.of(NaN, 1)])
    expect(() => searchGrids(Float32Array.of(1, 2), 2, given, importance)).toThrow(
      expect.objectContaining({ code: 'invalid-argument' }),
    );
});
