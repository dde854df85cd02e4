import { encode, decode } from '@lowbit/core';
import { type SliceParameters } from '@lowbit/core/method';
import { describe, expect, it } from 'vitest';
import { evenNormal, randomNormal } from '../test/normal-values.js';
import { meanSquare } from '../test/sites.js';
import { greedyScales } from './greedy-scales.js';
import { refittedScales } from './refitted-scales.js';

/** Relative squared error of the stored values. */
function errorOf(values: Float32Array, scales: Float32Array): number {
  const parameters: SliceParameters = { kind: 'residual', scales };
  const tensor = encode(values, [values.length], 'tensor', { bits: scales.length, fit: () => parameters });
  const decoded = decode(tensor);
  return meanSquare(values.map((value, i) => value - decoded[i]!)) / meanSquare(values);
}

const even = evenNormal(100_000);

describe('refittedScales', () => {
  // Least errors with the nearest of all levels. Stored signs follow the recursion, which meets the nearest
  // level only where every scale is at least the sum of those after it: at order 4 that costs 2 percent.
  it.each([
    [1, 0.36338, 1.001],
    [2, 0.117482, 1.002],
    [3, 0.036942, 1.005],
    [4, 0.011442, 1.03],
  ])('nears the least error on normal values: order %i, %f', (order, least, slack) => {
    const error = errorOf(even, refittedScales(even, order));
    expect(error).toBeGreaterThan(least * 0.995);
    expect(error).toBeLessThan(least * slack);
  });

  it('has the scales of the joint optimum at orders 2 and 3', () => {
    const expected = [
      [0.9815758, 0.5288108],
      [1.1577746, 0.6069235, 0.3010274],
    ];
    for (const scales of expected) {
      const fitted = refittedScales(even, scales.length);
      // Permits the sampling of the lattice and the last rounds, which move the scales by thousandths.
      scales.forEach((scale, k) => expect(Math.abs(fitted[k]! / scale - 1)).toBeLessThan(0.01));
    }
  });

  const inputs: [string, Float32Array][] = [
    ['normal', randomNormal(500, 3)],
    ['rectified', randomNormal(500, 4).map((value) => Math.max(value, 0))],
    ['heavy tails', randomNormal(500, 5).map((value) => value ** 3)],
    ['sparse', Float32Array.of(1, 0, 0, 0)],
    ['one value', Float32Array.of(-3)],
    ['constant', new Float32Array(9).fill(0.3)],
    ['zeros', new Float32Array(5)],
    ['two values', Float32Array.of(0.25, 4)],
  ];
  it.each(inputs)('is never worse than greedy: %s', (_, values) => {
    for (let order = 1; order <= 4; order++) {
      const refitted = refittedScales(values, order);
      const greedy = greedyScales(values, order);
      expect(refitted.every(Number.isFinite)).toBe(true);
      if (meanSquare(values) === 0) expect(refitted).toEqual(greedy);
      else expect(errorOf(values, refitted)).toBeLessThanOrEqual(errorOf(values, greedy));
    }
  });

  it('is much better than greedy from order 3 on', () => {
    for (const order of [3, 4]) {
      const values = randomNormal(2000, order);
      const gain =
        errorOf(values, greedyScales(values, order)) / errorOf(values, refittedScales(values, order));
      expect(gain).toBeGreaterThan(1.4);
    }
  });
});
