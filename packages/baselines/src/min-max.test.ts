import { forwardLaws, quantizerLaws } from '@lowbit/conformance';
import { arrayOps, optionsOf, seededRandom, type SliceParameters } from '@lowbit/core/method';
import { describe, expect, it } from 'vitest';
import { minMax, type MinMaxOptions } from './min-max.js';

function fit(values: readonly number[], bits: number, settings: MinMaxOptions = {}): SliceParameters {
  const method = minMax(settings);
  const context = { role: 'weight', bits, options: optionsOf(method, {}), random: seededRandom(0) } as const;
  return method.fit(Float32Array.from(values), context);
}

describe('minMax', () => {
  it('computes the example of its documentation', () => {
    expect(fit([-1, 0, 0.4, 2], 2)).toEqual({ kind: 'affine', levels: 4, scale: 1, offset: -1 });
  });

  it('keeps 0 on the grid with an integer zero point, also when all values lie on one side', () => {
    const integer = { zeroPoint: 'integer' } as const;
    expect(fit([1, 2, 3], 2, integer)).toEqual({ kind: 'affine', levels: 4, scale: 1, offset: 0 });
    expect(fit([-3, -2, -1], 2, integer)).toEqual({ kind: 'affine', levels: 4, scale: 1, offset: -3 });
  });

  it('spans exactly the values with a real zero point', () => {
    expect(fit([1, 2, 4], 2, { zeroPoint: 'real', refine: 'none' })).toEqual({
      kind: 'affine',
      levels: 4,
      scale: 1,
      offset: 1,
    });
  });

  it('keeps 0 on the grid by default only where many values are 0', () => {
    const dense = Array.from({ length: 40 }, (_, i) => Math.sqrt(i + 20));
    const offset = (values: number[]) => (fit(values, 4) as { offset: number }).offset;
    expect(offset(dense)).toBeGreaterThan(4);
    expect(offset([0, 0, 0, ...dense])).toBe(0);
  });

  it('gives equal values scale 0 and themselves', () => {
    expect(fit([0.5, 0.5], 8)).toEqual({ kind: 'affine', levels: 256, scale: 0, offset: 0.5 });
    expect(fit([], 8)).toEqual({ kind: 'affine', levels: 256, scale: 0, offset: 0 });
  });

  const laws = [
    // Activations keep 0 on the grid, so only weights may be shifted.
    ...quantizerLaws({ ...minMax(), roles: ['weight'] }, { equivariant: ['scale', 'translation'] }),
    ...quantizerLaws({ ...minMax(), roles: ['activation'] }, { equivariant: ['scale'] }),
    ...forwardLaws(minMax(), arrayOps, (tensor) => tensor),
  ];
  for (const law of laws) it(law.title, law.run);

  describe('unrefined', () => {
    const plain = minMax({ zeroPoint: 'real', refine: 'none' });
    const claims = { equivariant: ['scale', 'translation', 'sign'] } as const;
    for (const law of quantizerLaws(plain, claims)) it(law.title, law.run);
  });

  describe('with an integer zero point', () => {
    const integer = minMax({ zeroPoint: 'integer' });
    for (const law of quantizerLaws(integer, { equivariant: ['scale'] })) it(law.title, law.run);
    for (const law of forwardLaws(integer, arrayOps, (tensor) => tensor)) it(law.title, law.run);
  });

  describe('symmetric', () => {
    it('has the grid of absmax, and needs 2 bits', () => {
      const symmetric = { zeroPoint: 'symmetric' } as const;
      expect(fit([-1.5, 0.2, 0.6], 3, symmetric)).toEqual({
        kind: 'affine',
        levels: 8,
        scale: 0.375,
        offset: -1.5,
      });
      expect(() => fit([1, 2], 1, symmetric)).toThrowError(
        expect.objectContaining({ code: 'unsupported-bits' }),
      );
    });

    for (const levels of ['full', 'odd'] as const) {
      const symmetric = { ...minMax({ zeroPoint: 'symmetric', levels }), bits: { weight: [2, 3, 4, 8, 16] } };
      const weights = { ...symmetric, roles: ['weight'] as const };
      for (const law of quantizerLaws(weights, { equivariant: ['scale', 'sign'] }))
        it(`${levels}: ${law.title}`, law.run);
      for (const law of forwardLaws(weights, arrayOps, (tensor) => tensor))
        it(`${levels}: ${law.title}`, law.run);
    }
  });
});
