import { optionsOf, seededRandom } from '@lowbit/core/method';
import { expect, test } from 'vitest';
import { absmax, minMax, mse, percentile } from './index.js';

// Dead channels are all 0 in many networks: one of them must not take the symmetry of a whole weight away.
test.each([
  ['absmax', absmax({ levels: 'odd' })],
  ['min-max', minMax({ zeroPoint: 'symmetric', levels: 'odd' })],
  ['mse', mse({ grid: 'symmetric', levels: 'odd' })],
  ['percentile', percentile({ grid: 'symmetric', levels: 'odd' })],
] as const)('%s keeps a symmetric grid for constant slices', (_, quantizer) => {
  const context = {
    role: 'weight',
    bits: 8,
    options: optionsOf(quantizer, {}),
    random: seededRandom(0),
  } as const;
  for (const value of [0, -0.75]) {
    const fitted = quantizer.fit(new Float32Array(9).fill(value), context);
    expect(fitted).toMatchObject({ kind: 'affine', levels: 255 });
    expect(fitted).not.toHaveProperty('offset');
    // The code of the value is −127; only the rounding of the scale to float32 is lost.
    const { scale } = fitted as { scale: number };
    expect(-127 * scale).toBeCloseTo(value === 0 ? 0 : value, 6);
  }
});
