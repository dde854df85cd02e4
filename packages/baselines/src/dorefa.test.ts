import { forwardLaws, quantizerLaws, type QuantizerLawOptions } from '@lowbit/conformance';
import { arrayOps, type Quantizer, type Role } from '@lowbit/core/method';
import { describe, expect, it } from 'vitest';
import { apply } from '../test/apply.js';
import { expectNear } from '../test/expect-near.js';
import { dorefa } from './dorefa.js';

describe('dorefa', () => {
  it('computes the example of its documentation', () => {
    expectNear(apply(dorefa({ scale: 'paper' }), [-1, 0.2, 0.6], 2).decoded, [-1, 1 / 3, 1]);
    const alpha = (1 + 0.2 / 3 + 0.6) / (2 + 1 / 9);
    expect(alpha).toBeCloseTo(0.78947, 5);
    expectNear(apply(dorefa(), [-1, 0.2, 0.6], 2).decoded, [-alpha, alpha / 3, alpha]);
  });

  it('keeps the size of activations, or clips them to [0, 1]', () => {
    const values = [-2, 0, 1, 2, 3];
    expect(apply(dorefa(), values, 2, 'activation').forward).toEqual([0, 0, 1, 2, 3]);
    expect(apply(dorefa({ scale: 'paper' }), values, 2, 'activation').forward).toEqual([0, 0, 1, 1, 1]);
  });

  it('has a gradient for activations from 0 to the highest level, both included', () => {
    const { gradientOf } = apply(dorefa({ scale: 'paper' }), [-0.1, 0, 0.5, 1, 1.1], 4, 'activation');
    expect(gradientOf([2, 2, 2, 2, 2])).toEqual([0, 2, 2, 2, 0]);
  });

  it('passes gradients to a slice of zeros', () => {
    expect(apply(dorefa(), [0, 0], 3).gradientOf([1, -2])).toEqual([1, -2]);
  });

  it('decodes a slice of zeros to 0, also where no level is 0', () => {
    const { decoded, forward } = apply(dorefa({ scale: 'paper' }), [0, 0], 2);
    expect(decoded).toEqual([0, 0]);
    expect(forward).toEqual([0, 0]);
  });
});

/** tanh squeezes what was squeezed and decoded, once more. */
const notKept = 'decodes a decoded value to itself';

describe.each<[string, Quantizer, Role, QuantizerLawOptions]>([
  ['weights', dorefa(), 'weight', { equivariant: ['sign'] }],
  // Nothing below 0 has a level of its own.
  ['activations', dorefa(), 'activation', { exact: ['zero'], equivariant: ['power-of-two'] }],
  ['weights as published', dorefa({ scale: 'paper' }), 'weight', { exact: ['zero'] }],
  ['activations as published', dorefa({ scale: 'paper' }), 'activation', { exact: ['zero'] }],
])('dorefa, %s', (_, quantizer, role, options) => {
  const alone: Quantizer = { ...quantizer, roles: [role] };
  const laws = quantizerLaws(alone, options).filter(
    ({ title }) => role === 'activation' || title !== notKept,
  );
  for (const law of laws) it(law.title, law.run);
  for (const law of forwardLaws(alone, arrayOps, (tensor) => tensor, { gradient: 'own' })) {
    it(law.title, law.run);
  }
});
