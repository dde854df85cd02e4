import { searchGrids, seededRandom } from '@lowbit/core/method';
import { expect, test } from 'vitest';
import { existingGrid, type Grid } from './existing-grid.js';
import { refineSteps, symmetricSteps } from './search-steps.js';

function squaredError(values: Float32Array, { levels, scale, offset }: Grid): number {
  return values.reduce((sum, value) => {
    const code = Math.min(levels - 1, Math.max(0, Math.round((value - offset) / scale)));
    return sum + (value - offset - scale * code) ** 2;
  }, 0);
}

function refined(values: Float32Array, levels: number): Grid {
  const { length } = values;
  const steps = refineSteps(levels, length);
  const { scale, offset } = searchGrids(values, length, { levels, zero: 'anywhere', steps });
  return { levels, scale: scale[0]!, offset: offset[0]! };
}

const onExistingGrid = (values: Float32Array, levels: number) =>
  existingGrid({ values, levels }, Math.min(...values), Math.max(...values));

function bellShaped(count: number, seed: number): Float32Array {
  const random = seededRandom(seed);
  return Float32Array.from({ length: count }, () => random() + random() + random() - 1.5);
}

test('the squared error falls, most of all in short slices and at few bits', () => {
  for (const [count, bits, gain] of [
    [9, 8, 0.8],
    [48, 8, 0.9],
    [3000, 8, 1],
    [3000, 3, 0.8],
    [3000, 2, 0.6],
  ] as const) {
    const values = bellShaped(count, count);
    const min = Math.min(...values);
    const levels = 2 ** bits;
    const start = { levels, scale: (Math.max(...values) - min) / (levels - 1), offset: min };
    const ratio = squaredError(values, refined(values, levels)) / squaredError(values, start);
    expect(ratio, `${count} values, ${bits} bits`).toBeLessThanOrEqual(gain);
  }
});

test('ranges with 0 in the middle are cut with fewer than 8 bits alone', () => {
  const values = bellShaped(30_000, 5);
  values[0] = 3;
  const reach = (half: number) => {
    const levels = 2 * half + 1;
    const steps = symmetricSteps(levels, values.length);
    return half * searchGrids(values, values.length, { levels, zero: 'middle', steps }).scale[0]!;
  };
  expect(reach(127)).toBeGreaterThan(2.98);
  expect(reach(63)).toBeLessThan(2.9);
});

test('values on an even grid keep it exactly', () => {
  const grid = Float32Array.from({ length: 500 }, (_, i) => Math.fround(0.0173 * ((i * 7) % 200)) - 1.1);
  expect(onExistingGrid(grid, 256)).toMatchObject({ levels: 256, offset: Math.fround(-1.1) });
  expect(onExistingGrid(grid, 256)!.scale).toBeCloseTo(0.0173, 6);
  expect(onExistingGrid(grid, 128)).toBeUndefined();
  expect(onExistingGrid(Float32Array.of(2, 5), 4)).toEqual({ levels: 4, scale: 3, offset: 2 });
});

test('other values are on no grid, unless they are too few to tell', () => {
  expect(onExistingGrid(bellShaped(9, 3), 256)).toBeUndefined();
  expect(onExistingGrid(bellShaped(200, 4), 256)).toBeUndefined();
  expect(onExistingGrid(bellShaped(3, 4), 4)).toBeUndefined();
});
