import { expect, it } from 'vitest';
import { fitExponent } from './fit-exponent.js';

it('finds the power of a power law', () => {
  const points = [1, 3, 10, 30].map((count) => [count, 5 * count ** 1.25] as const);
  expect(fitExponent(points)).toBeCloseTo(1.25, 10);
});
