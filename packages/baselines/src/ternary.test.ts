import { forwardLaws, quantizerLaws } from '@lowbit/conformance';
import { arrayOps, seededRandom } from '@lowbit/core/method';
import { describe, expect, it } from 'vitest';
import { apply } from '../test/apply.js';
import { expectNear } from '../test/expect-near.js';
import { ternary } from './ternary.js';

describe('ternary', () => {
  it('computes the example of its documentation', () => {
    expectNear(apply(ternary(), [-1, 0.1, 0.3, 0.9], 2).decoded, [-0.95, 0, 0, 0.95]);
  });

  it('is as good as the best of all choices of values to keep', () => {
    const random = seededRandom(5);
    for (let trial = 0; trial < 50; trial++) {
      const values = Array.from({ length: 7 }, () => Math.fround(random() * 2 - 1));
      const { decoded } = apply(ternary(), values, 2);
      // Permits the float32 rounding of α.
      expect(squaredError(values, decoded)).toBeLessThan(leastError(values) + 1e-6);
    }
  });

  const laws = [
    ...quantizerLaws(ternary(), { equivariant: ['scale', 'sign'] }),
    ...forwardLaws(ternary(), arrayOps, (tensor) => tensor),
  ];
  for (const law of laws) it(law.title, law.run);
});

/** The least error over every subset of values that become ± the mean of their sizes. */
function leastError(values: readonly number[]): number {
  const errors = Array.from({ length: 2 ** values.length }, (_, subset) => {
    const kept = values.map((_, i) => ((subset >> i) & 1) === 1);
    const sizes = values.filter((_, i) => kept[i]).map(Math.abs);
    const alpha = sizes.reduce((sum, size) => sum + size, 0) / Math.max(1, sizes.length);
    return squaredError(
      values,
      values.map((value, i) => (kept[i] ? alpha * Math.sign(value) : 0)),
    );
  });
  return Math.min(...errors);
}

function squaredError(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0);
}
