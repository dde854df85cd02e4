import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { fromFloat16Bits, toFloat16Bits } from './float16.js';
import { seededRandom } from './random.js';
import { roundHalfEven } from './round.js';
import { meanAndDeviation, range } from './mean-and-range.js';

const golden = JSON.parse(readFileSync(new URL('../../fixtures/golden.json', import.meta.url), 'utf8'));

test('float16 bits equal numpy', () => {
  const { values, bits } = golden.float16;
  expect(values.map(toFloat16Bits)).toEqual(bits);
});

test('every finite float16 survives a round trip', () => {
  for (let bits = 0; bits < 0x7c00; bits++) expect(toFloat16Bits(fromFloat16Bits(bits))).toBe(bits);
});

test('rounding equals numpy rint, ties to even', () => {
  const { values, rounded } = golden.round;
  values.forEach((value: number, i: number) => expect(roundHalfEven(value) - rounded[i]).toBe(0));
});

test('statistics are two-pass: a large mean does not cancel', () => {
  const values = Float64Array.from({ length: 1000 }, (_, i) => 1e8 + (i % 2));
  expect(meanAndDeviation(values)).toEqual({ mean: 1e8 + 0.5, deviation: 0.5 });
  expect(meanAndDeviation([])).toEqual({ mean: 0, deviation: 0 });
  expect(range([3, -1, 2])).toEqual({ min: -1, max: 3 });
  expect(range([])).toEqual({ min: 0, max: 0 });
});

test('random numbers repeat for a seed, differ between seeds, and are uniform', () => {
  const draw = (seed: number) => Array.from({ length: 4000 }, seededRandom(seed));
  expect(draw(3)).toEqual(draw(3));
  expect(draw(3)).not.toEqual(draw(4));
  const { mean, deviation } = meanAndDeviation(draw(3));
  expect(mean).toBeCloseTo(0.5, 1);
  expect(deviation).toBeCloseTo(Math.sqrt(1 / 12), 1);
});
