import { expect, test } from 'vitest';
import { evenLevels } from './even-levels.js';

test('levels that are spaced evenly are on a grid, to the last bit', () => {
  const alpha = Math.fround(0.3);
  expect(evenLevels(Float32Array.of(-alpha, alpha))).toEqual({ scale: 2 * alpha, min: -alpha });
  expect(evenLevels(Float32Array.of(-alpha, 0, alpha))).toEqual({ scale: alpha, min: -alpha });
  const sixteen = Float32Array.from({ length: 16 }, (_, i) => (2 * i) / 15 - 1);
  expect(evenLevels(sixteen)).toEqual({ scale: 2 / 15, min: -1 });
  expect(evenLevels(Float32Array.of(0.25))).toEqual({ scale: 0, min: 0.25 });
});

test('other levels are on none', () => {
  expect(evenLevels(Float32Array.of(-1, 0.1, 1))).toBeUndefined();
  expect(evenLevels(Float32Array.of(-1, 2 ** -23, 1))).toBeUndefined();
  expect(evenLevels(Float32Array.of(1, 0))).toBeUndefined();
});
