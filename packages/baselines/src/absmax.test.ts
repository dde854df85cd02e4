import { forwardLaws, quantizerLaws } from '@lowbit/conformance';
import { arrayOps, decode, encode, seededRandom } from '@lowbit/core';
import { describe, expect, it } from 'vitest';
import { absmax } from './absmax.js';

function decoded(values: readonly number[], bits: number): number[] {
  const context = { role: 'weight', bits, options: {}, random: seededRandom(0) } as const;
  const fit = (slice: Float32Array) => absmax().fit(slice, context);
  return [...decode(encode(Float32Array.from(values), [values.length], 'tensor', { bits, fit }))];
}

describe('absmax', () => {
  it('computes the example of its documentation', () => {
    expect(decoded([-1.5, 0.2, 0.6], 3)).toEqual([-1.5, 0, 0.5]);
  });

  it('has three levels at 2 bits', () => {
    expect(decoded([-2, -0.9, 0.9, 1.1], 2)).toEqual([-2, 0, 0, 2]);
  });

  const laws = [
    ...quantizerLaws(absmax(), { equivariant: ['scale', 'sign'] }),
    ...forwardLaws(absmax(), arrayOps, (tensor) => tensor),
  ];
  for (const law of laws) it(law.title, law.run);
});
