import { forwardLaws, quantizerLaws } from '@lowbit/conformance';
import { decode, encode } from '@lowbit/core';
import { arrayOps, seededRandom } from '@lowbit/core/method';
import { describe, expect, it } from 'vitest';
import { normalValues } from '../test/normal.js';
import { fixedPoint } from './fixed-point.js';

function fit(values: ArrayLike<number>, bits: number) {
  return fixedPoint().fit(Float32Array.from(values), {
    role: 'weight',
    bits,
    options: {},
    random: seededRandom(0),
  });
}

function decoded(values: ArrayLike<number>, bits: number): Float32Array {
  const parameters = fit(values, bits);
  return decode(
    encode(Float32Array.from(values), [values.length], 'tensor', { bits, fit: () => parameters }),
  );
}

describe('fixedPoint', () => {
  it('computes the example of its documentation', () => {
    expect([...decoded([-0.7, 0.1, 0.9], 3)]).toEqual([-0.75, 0, 0.75]);
  });

  it.each([
    [1, 0.25],
    [1.0001, 0.5],
    [0.5, 0.125],
    [2 ** -20, 2 ** -22],
    [2 ** 40, 2 ** 38],
  ])('has the step of the next power of two: largest %d, 3 bits', (largest, scale) => {
    expect(fit([largest, 0], 3)).toMatchObject({ scale, offset: -4 * scale });
    expect(fit([-largest, 0], 3)).toMatchObject({ scale });
  });

  it('clips a largest value that is a power of two, on the positive side alone', () => {
    expect([...decoded([-1, 1], 4)]).toEqual([-1, 0.875]);
  });

  // The samples reach between 4 and 8 deviations, so the step is 2^(4 − bits).
  it.each([
    [2, 0.8625],
    [3, 0.3295],
    [4, 0.0831],
    [5, 0.0207],
  ])('loses what theory says on 200 000 normal samples: %i bits, %d', (bits, loss) => {
    const values = normalValues(200_000, 9);
    const result = decoded(values, bits);
    const measured = values.reduce((sum, value, i) => sum + (value - result[i]!) ** 2, 0) / values.length;
    // 2 % permits the sampling error of the levels far out.
    expect(Math.abs(measured / loss - 1)).toBeLessThan(0.02);
  });

  const laws = [
    ...quantizerLaws(fixedPoint(), { equivariant: ['power-of-two'] }),
    ...forwardLaws(fixedPoint(), arrayOps, (tensor) => tensor),
  ];
  for (const law of laws) it(law.title, law.run);
});
