import { forwardLaws, quantizerLaws } from '@lowbit/conformance';
import { arrayOps, forwardOf } from '@lowbit/core/method';
import { describe, expect, it } from 'vitest';
import { apply } from '../test/apply.js';
import { expectNear } from '../test/expect-near.js';
import { xnor } from './xnor.js';

describe('xnor', () => {
  it('computes the example of its documentation', () => {
    const { forward } = apply(xnor(), [0.9, -0.4, 0.1, -0.7], 1, 'activation');
    expectNear(forward, [0.525, -0.525, 0.525, -0.525]);
  });

  it('gives every patch a scale of its own', () => {
    const patches = { shape: [2, 2], data: Float32Array.of(1, -3, 0.5, 0.5) };
    const site = {
      role: 'activation',
      bits: 1,
      options: {},
      parameters: { kind: 'residual', scales: [] },
    } as const;
    expect([...forwardOf(xnor())(arrayOps, patches, site).data]).toEqual([2, -2, 0.5, 0.5]);
  });

  it('sees patches, or samples where it is told to', () => {
    const { observes } = xnor();
    if (typeof observes !== 'function') throw new Error('observes depends on the options');
    expect([observes({ scope: 'patch' }), observes({ scope: 'sample' })]).toEqual(['patches', 'samples']);
  });

  it('adds the gradients of the scale and of the sign', () => {
    // mean(dy · sign) = 1, mean|x| = 1; the sign of 1.5 has no gradient.
    expect(apply(xnor(), [0.5, 1.5], 1).gradientOf([0.5, 1.5])).toEqual([1 + 0.5, 1]);
  });

  const laws = [
    ...quantizerLaws(xnor(), { equivariant: ['scale', 'sign'] }),
    ...forwardLaws(xnor(), arrayOps, (tensor) => tensor, { gradient: 'own' }),
  ];
  for (const law of laws) it(law.title, law.run);
});
