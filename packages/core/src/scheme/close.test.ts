import { expect, test } from 'vitest';
import { isClose } from './close.js';
import type { AffineScheme } from './types.js';

/** A grid that begins at 0, with a step of 1. */
const grid = (levels: number): AffineScheme => ({
  kind: 'affine',
  levels,
  scale: Float32Array.of(1),
  offset: Float32Array.of(0),
});

test.each([
  // Half a step: 1 / (2 · 16) is the most that few levels move, 1 / (2 · 64) half a step of 65, 2⁻¹¹ what float16 rounds.
  [2, 1 / 32],
  [17, 1 / 32],
  [65, 1 / 128],
  [2049, 2 ** -11],
])('of %i levels float16 may stretch a grid by %d of its span, and no more', (levels, share) => {
  const stretched = (by: number) => ({ ...grid(levels), scale: Float32Array.of(1 + by) });
  expect(isClose(grid(levels), stretched(share), 'float16')).toBe(true);
  expect(isClose(grid(levels), stretched(share * 1.01), 'float16')).toBe(false);
});
