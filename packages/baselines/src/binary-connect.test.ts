import { forwardLaws, quantizerLaws } from '@lowbit/conformance';
import { arrayOps } from '@lowbit/core/method';
import { describe, expect, it } from 'vitest';
import { apply } from '../test/apply.js';
import { binaryConnect } from './binary-connect.js';

describe('binaryConnect', () => {
  it('computes the example of its documentation', () => {
    expect(apply(binaryConnect(), [-0.3, 0, 1.2], 1).decoded).toEqual([-1, 1, 1]);
  });

  it('withholds only gradients that move a weight further out', () => {
    const { gradientOf } = apply(binaryConnect(), [-1.5, -1.5, -0.5, 0.5, 1.5, 1.5], 1);
    // A step goes against the gradient: −1 moves a weight up.
    expect(gradientOf([-1, 1, 1, -1, -1, 1])).toEqual([-1, 0, 1, -1, 0, 1]);
  });

  const laws = [
    ...quantizerLaws(binaryConnect(), { exact: [], equivariant: ['sign'] }),
    ...forwardLaws(binaryConnect(), arrayOps, (tensor) => tensor, { gradient: 'own' }),
  ];
  for (const law of laws) it(law.title, law.run);
});
