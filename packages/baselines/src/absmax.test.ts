import { forwardLaws, quantizerLaws } from '@lowbit/conformance';
import { decode, encode } from '@lowbit/core';
import { arrayOps, optionsOf, seededRandom, zeroPointForm } from '@lowbit/core/method';
import { describe, expect, it } from 'vitest';
import { absmax, type AbsmaxOptions } from './absmax.js';

function encoded(
  values: readonly number[],
  bits: number,
  settings: AbsmaxOptions = {},
  shape = [1, values.length],
) {
  const method = absmax(settings);
  const options = optionsOf(method, {});
  const context = { role: 'weight', bits, options, random: seededRandom(0) } as const;
  const fit = (slice: Float32Array) => method.fit(slice, context);
  return encode(Float32Array.from(values), shape, { axes: [0] }, { bits, fit });
}

const decoded = (...given: Parameters<typeof encoded>) => [...decode(encoded(...given))];

describe('absmax', () => {
  it('computes the examples of its documentation', () => {
    expect(decoded([-1.5, 0.2, 0.6], 3)).toEqual([-1.5, 0.375, 0.75]);
    expect(decoded([-1.5, 0.2, 0.6], 3, { levels: 'odd' })).toEqual([-1.5, 0, 0.5]);
  });

  it('uses all levels, the extra one on the side that reaches farther, slice by slice', () => {
    const tensor = encoded([-8, 3, 7, 8, -7, 1, 0, 0, 0, 5, 5, 5], 4, {}, [4, 3]);
    expect(decode(tensor)).toEqual(Float32Array.of(-8, 3, 7, 8, -7, 1, 0, 0, 0, 5, 5, 5));
    expect([...zeroPointForm(tensor)!.zeroPoints]).toEqual([8, 7, 8, 7]);
  });

  it('has three levels at 2 bits that are odd, and four that are not', () => {
    const values = [-2, -0.9, 0.9, 1.1];
    expect(decoded(values, 2, { levels: 'odd' })).toEqual([-2, 0, 0, 2]);
    expect(decoded(values, 2)).toEqual([-2, -1, 1, 1]);
  });

  it('leaves no value farther than half a step from a level', () => {
    for (const near of [1, 0.97, 0.9, 0.8, 0.1]) {
      for (const values of [
        [-1, near],
        [1, -near],
      ]) {
        const { scheme } = encoded(values, 4);
        const step = (scheme as { scale: Float32Array }).scale[0]!;
        // Permits the rounding of the step to float32.
        const allowed = (step / 2) * (1 + 1e-6);
        decoded(values, 4).forEach((value, i) => expect(Math.abs(value - values[i]!)).toBeLessThan(allowed));
        expect(step).toBeLessThanOrEqual(1 / 7);
      }
    }
  });

  for (const levels of ['full', 'odd'] as const) {
    const laws = [
      ...quantizerLaws(absmax({ levels }), { equivariant: ['scale', 'sign'] }),
      ...forwardLaws(absmax({ levels }), arrayOps, (tensor) => tensor),
    ];
    for (const law of laws) it(`${levels}: ${law.title}`, law.run);
  }
});
