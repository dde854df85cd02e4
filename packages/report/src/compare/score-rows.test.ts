import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { countEqual, topClasses } from '@lowbit/core/adapter';
import { scoreRows } from './score-rows.js';

const path = new URL('../../fixtures/compare/golden.json', import.meta.url);
const golden = JSON.parse(readFileSync(path, 'utf8')) as Record<'a' | 'b' | 'topA' | 'topB', number[]>;

describe('scores of classes', () => {
  it.each([
    [[4, 2], ['batch', 2], { rows: 4, classes: 2 }],
    [[1, 1000], null, { rows: 1, classes: 1000 }],
    [[10], [10], { rows: 1, classes: 10 }],
  ])('are floats of the shape %s, declared as %s', (shape, declared, expected) => {
    expect(scoreRows('float32', shape, declared)).toEqual(expected);
    expect(scoreRows('float16', shape, declared)).toEqual(expected);
  });

  it.each([
    ['int64', [4, 2], null],
    ['float32', [4, 1], null],
    ['float32', [4], ['batch']],
    ['float32', [4], null],
    ['float32', [], []],
    ['float32', [1, 3, 2], null],
  ])('are not %s of the shape %s, declared as %s', (type, shape, declared) => {
    expect(scoreRows(type, shape, declared)).toBeUndefined();
  });
});

describe('the top class', () => {
  const rows = { rows: 6, classes: 5 };

  it('is what numpy finds', () => {
    expect(topClasses(golden.a, rows)).toEqual(golden.topA);
    expect(topClasses(golden.b, rows)).toEqual(golden.topB);
    expect(countEqual(golden.topA, golden.topB)).toBe(5);
  });

  it('is the first of equal scores, and never NaN', () => {
    expect(topClasses([1, 3, 3, NaN, -2, -1], { rows: 2, classes: 3 })).toEqual([1, 2]);
  });
});
