import { expect } from 'vitest';

/** Every number is within 1e-6: permits float32 rounding of numbers about 1. */
export function expectNear(received: readonly number[], expected: readonly number[]): void {
  expect(received.length).toBe(expected.length);
  received.forEach((value, i) => expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-6));
}
