import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { differenceOf, mergeDifferences, sumDifferences } from '@lowbit/core/adapter';

interface Golden {
  readonly a: number[];
  readonly b: number[];
  readonly sqnrDb: number;
  readonly largestError: number;
  readonly meanError: number;
}

const path = new URL('../../fixtures/compare/golden.json', import.meta.url);
const golden = JSON.parse(readFileSync(path, 'utf8')) as Golden;

const difference = (a: readonly number[], b: readonly number[]) => differenceOf(sumDifferences(a, b));

describe('the difference of two outputs', () => {
  // Both compute in double precision; only the order of summation differs.
  const digits = 12;

  it('has the figures that numpy finds', () => {
    const found = difference(golden.a, golden.b);
    expect(found.values).toBe(30);
    expect(found.sqnrDb).toBeCloseTo(golden.sqnrDb, digits);
    expect(found.largestError).toBeCloseTo(golden.largestError, digits);
    expect(found.meanError).toBeCloseTo(golden.meanError, digits);
  });

  it('is the same in parts', () => {
    const parts = [0, 7, 8].map((start, i, starts) => {
      const end = starts[i + 1];
      return sumDifferences(golden.a.slice(start, end), golden.b.slice(start, end));
    });
    const found = differenceOf(mergeDifferences(parts));
    expect(found.sqnrDb).toBeCloseTo(golden.sqnrDb, digits);
    expect(found.largestError).toBeCloseTo(golden.largestError, digits);
    expect(found.meanError).toBeCloseTo(golden.meanError, digits);
  });

  it('by hand: signal 25, noise 0.25, so 20 dB', () => {
    expect(difference([3, -4], [3.5, -4])).toEqual({
      values: 2,
      exact: false,
      sqnrDb: 20,
      largestError: 0.5,
      meanError: 0.25,
      nonFinite: 0,
    });
  });

  it('of equal values is exact, also of NaN and infinity', () => {
    const values = [1, NaN, -Infinity, 0];
    expect(difference(values, values)).toMatchObject({ exact: true, sqnrDb: null, largestError: 0 });
  });

  it('counts pairs apart in which one value is not finite', () => {
    const found = difference([1, NaN, Infinity, -Infinity, 2], [1, 0, 3, Infinity, NaN]);
    expect(found).toMatchObject({ values: 1, nonFinite: 4, exact: false, sqnrDb: NaN, largestError: 0 });
  });

  it('has no ratio without a signal, and no figures without values', () => {
    expect(difference([0, 0], [0, 1])).toMatchObject({
      exact: false,
      sqnrDb: -Infinity,
      largestError: 1,
    });
    expect(difference([], [])).toMatchObject({
      exact: false,
      sqnrDb: NaN,
      largestError: null,
      meanError: null,
    });
  });

  it('of whole numbers of 64 bits is taken before they are rounded', () => {
    const [a, b] = [BigInt64Array.of(1n, 2n ** 60n), BigInt64Array.of(1n, 2n ** 60n + 1n)];
    expect(differenceOf(sumDifferences(a, b))).toMatchObject({ values: 2, exact: false, largestError: 1 });
    expect(differenceOf(sumDifferences(a, a))).toMatchObject({ exact: true, sqnrDb: null });
  });
});
