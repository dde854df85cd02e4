import { forwardLaws, quantizerLaws } from '@lowbit/conformance';
import { arrayOps } from '@lowbit/core/method';
import { describe, expect, it } from 'vitest';
import { apply } from '../test/apply.js';
import { expectNear } from '../test/expect-near.js';
import { ternaryCodebook, twn } from './twn.js';

describe('twn', () => {
  it('computes the example of its documentation', () => {
    const { fitted, decoded, forward } = apply(twn(), [-1, 0.2, 0.3, 0.9], 2);
    expectNear(decoded, [-0.95, 0, 0, 0.95]);
    expectNear(forward, decoded);
    expect((fitted as { thresholds: Float32Array }).thresholds[1]).toBeCloseTo(0.42, 6);
  });

  it('takes another threshold', () => {
    expectNear(apply(twn({ factor: 0.4 }), [-1, 0.2, 0.3, 0.9], 2).decoded, [-2.2 / 3, 0, 2.2 / 3, 2.2 / 3]);
  });

  it('makes 0 of a value at the threshold, on both sides', () => {
    const fitted = () => ternaryCodebook(1, 0.5);
    const { decoded } = apply({ ...twn(), fit: fitted }, [-0.75, -0.5, 0.5, 0.75], 2);
    expect(decoded).toEqual([-1, 0, 0, 1]);
  });

  describe.each([twn(), twn({ factor: 0.75 }), twn({ factor: 0 })])('with $configured', (quantizer) => {
    const laws = [
      ...quantizerLaws(quantizer, { equivariant: ['scale', 'sign'] }),
      ...forwardLaws(quantizer, arrayOps, (tensor) => tensor),
    ];
    for (const law of laws) it(law.title, law.run);
  });
});
