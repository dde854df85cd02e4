import { forwardLaws, quantizerLaws } from '@lowbit/conformance';
import { arrayOps } from '@lowbit/core/method';
import { describe, expect, it } from 'vitest';
import { apply } from '../test/apply.js';
import { bnn } from './bnn.js';

describe('bnn', () => {
  it('computes the example of its documentation', () => {
    const { forward, gradientOf } = apply(bnn(), [-0.3, 0, 1.2], 1, 'activation');
    expect(forward).toEqual([-1, 1, 1]);
    expect(gradientOf([1, 1, 1])).toEqual([1, 1, 0]);
  });

  it('has a gradient at ±1, and none beyond', () => {
    const { gradientOf } = apply(bnn(), [-1.001, -1, 1, 1.001], 1, 'activation');
    expect(gradientOf([3, 3, 3, 3])).toEqual([0, 3, 3, 0]);
  });

  it('lets weights come back from beyond ±1', () => {
    expect(apply(bnn(), [1.5, 1.5], 1).gradientOf([1, -1])).toEqual([1, 0]);
  });

  const laws = [
    ...quantizerLaws(bnn(), { exact: [], equivariant: ['sign'] }),
    ...forwardLaws(bnn(), arrayOps, (tensor) => tensor, { gradient: 'own' }),
  ];
  for (const law of laws) it(law.title, law.run);
});
