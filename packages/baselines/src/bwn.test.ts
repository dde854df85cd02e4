import { forwardLaws, quantizerLaws } from '@lowbit/conformance';
import { arrayOps } from '@lowbit/core/method';
import { describe, expect, it } from 'vitest';
import { apply } from '../test/apply.js';
import { expectNear } from '../test/expect-near.js';
import { bwn } from './bwn.js';

describe('bwn', () => {
  it('computes the example of its documentation', () => {
    expectNear(apply(bwn(), [-1, 0.2, 0.6], 1).decoded, [-0.6, 0.6, 0.6]);
  });

  it('measures the scale from what it is given, not from the last fit', () => {
    const { forward, fitted } = apply(
      { ...bwn(), fit: () => ({ kind: 'residual', scales: Float32Array.of(9) }) },
      [-1, 3],
      1,
    );
    expect(fitted).toEqual({ kind: 'residual', scales: Float32Array.of(9) });
    expect(forward).toEqual([-2, 2]);
  });

  const laws = [
    ...quantizerLaws(bwn(), { equivariant: ['scale', 'sign'] }),
    ...forwardLaws(bwn(), arrayOps, (tensor) => tensor),
  ];
  for (const law of laws) it(law.title, law.run);
});
