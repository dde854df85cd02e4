import { expect, it } from 'vitest';
import { isClearlyBetter } from './known.js';

const effectOf = (...parts: number[]) => ({ effect: parts.reduce((sum, part) => sum + part, 0), parts });

it('what is better on most parts of the samples is better', () => {
  const than = effectOf(4, 5, 6, 5);
  expect(isClearlyBetter(effectOf(3, 4, 5, 4), than)).toBe(true);
  // Gains 2, 1, −1, 1: 3 in sum; their standard error is √(4/3 · 4.75) = 2.5.
  expect(isClearlyBetter(effectOf(2, 4, 7, 4), than)).toBe(false);
  expect(isClearlyBetter(than, than)).toBe(false);
  expect(isClearlyBetter(effectOf(5, 6, 7, 6), than)).toBe(false);
});

it('what is better on one sample alone may be so by chance, however much', () => {
  expect(isClearlyBetter(effectOf(1, 1, 1, 1), effectOf(1, 1, 1, 1000))).toBe(false);
});

it('the sole numbers count where parts are not known', () => {
  expect(isClearlyBetter({ effect: 1 }, effectOf(1, 1, 1, 1))).toBe(true);
  expect(isClearlyBetter({ effect: 1 }, { effect: 1 })).toBe(false);
});
