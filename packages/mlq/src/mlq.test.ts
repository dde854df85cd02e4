import { readFileSync } from 'node:fs';
import { forwardLaws, quantizerLaws } from '@lowbit/conformance';
import { type QuantizedTensor, decode, encode, measureError } from '@lowbit/core';
import { arrayOps, optionsOf, type Quantizer, seededRandom } from '@lowbit/core/method';
import { describe, expect, it } from 'vitest';
import { emlq } from './emlq.js';
import { mlq } from './mlq.js';

interface Golden {
  vectors: Record<string, number[]>;
  rows: {
    vector: string;
    zero: 'free' | 'pinned';
    steps: 'official' | 'converged';
    codebook: number[];
    powers: number[];
    error: number;
  }[];
}

const file = new URL('../fixtures/golden.json', import.meta.url);
const golden = JSON.parse(readFileSync(file, 'utf8')) as Golden;

function quantized(values: ArrayLike<number>, method: Quantizer = mlq()): QuantizedTensor {
  const options = optionsOf(method, {});
  const context = { role: 'weight', bits: 2, options, random: seededRandom(0) } as const;
  return encode(Float32Array.from(values), [values.length], 'tensor', {
    bits: 2,
    fit: (slice) => method.fit(slice, context),
  });
}

function levelsOf({ scheme }: QuantizedTensor): number[] {
  if (scheme.kind !== 'codebook') throw new Error(scheme.kind);
  return [...scheme.values];
}

describe('mlq', () => {
  it.each(golden.rows)(
    'equals numpy: $vector, $zero zero, $steps',
    ({ vector, zero, steps, codebook, error }) => {
      const values = golden.vectors[vector]!;
      const tensor = quantized(values, mlq({ zero, iterations: steps }));
      const levels = levelsOf(tensor);
      expect(levels.length).toBe(codebook.length);
      // Permits the float32 rounding of a centroid.
      levels.forEach((level, i) => expect(Math.abs(level - codebook[i]!)).toBeLessThan(1e-7));
      expect(measureError(Float32Array.from(values), decode(tensor)).meanSquared).toBeCloseTo(error, 7);
    },
  );

  it.each(golden.rows.filter(({ zero }) => zero === 'pinned'))(
    'emlq equals numpy: $vector, $steps',
    ({ vector, steps, powers }) => {
      expect(levelsOf(quantized(golden.vectors[vector]!, emlq({ iterations: steps })))).toEqual(powers);
    },
  );

  it('has the error of the ternary optimum on normal values, 0.190174', () => {
    const random = seededRandom(15);
    const values = Float32Array.from({ length: 200_000 }, () => {
      return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    });
    for (const method of [mlq(), mlq({ zero: 'pinned' }), mlq({ solver: 'exact' })]) {
      // Permits the sampling error, about 0.3 %, three times.
      expect(
        Math.abs(measureError(values, decode(quantized(values, method))).relative! / 0.190174 - 1),
      ).toBeLessThan(0.01);
    }
  });

  it('computes the examples of its documentation', () => {
    const near = (values: readonly number[], method: Quantizer) =>
      [...decode(quantized(values, method))].map((value) => Number(value.toFixed(6)));
    expect(near([-1, -0.8, 0.1, 0.3, 0.9], mlq())).toEqual([-0.9, -0.9, 0.2, 0.2, 0.9]);
    expect(near([-1, -0.8, 0.1, 0.2, 0.7], emlq())).toEqual([-1, -1, 0, 0, 0.5]);
  });

  it('has no level on a side without values, and none but the values of tiny slices', () => {
    expect(levelsOf(quantized([1, 1.1, 2, 2.2, 2.1])).every((level) => level > 0)).toBe(true);
    expect(levelsOf(quantized([0.5, 0.5]))).toEqual([0.5]);
    expect(levelsOf(quantized([4, -1]))).toEqual([-1, 4]);
    expect(levelsOf(quantized([0, 0, 0]))).toEqual([0]);
    expect(quantized([]).codes.length).toBe(0);
  });

  it.each([NaN, -Infinity])('is never reached by %s: encoding names its index', (broken) => {
    expect(() => quantized([0, broken])).toThrowError(
      expect.objectContaining({ code: 'non-finite', where: 'tensor[1]' }),
    );
  });

  it('offers 2 bits alone, and refuses options that it does not know', () => {
    expect(mlq().bits).toEqual({ weight: [2] });
    expect(() => optionsOf(mlq(), { clusters: 'full' })).toThrowError(
      expect.objectContaining({ code: 'unsupported-option' }),
    );
  });

  describe.each([
    { name: 'mlq', method: mlq(), claims: { equivariant: ['power-of-two', 'sign'] } },
    {
      name: 'mlq, pinned',
      method: mlq({ zero: 'pinned' }),
      claims: { equivariant: ['power-of-two', 'sign'] },
    },
    {
      name: 'mlq, exact',
      method: mlq({ solver: 'exact' }),
      claims: { equivariant: ['scale', 'translation', 'sign'] },
    },
    { name: 'emlq', method: emlq(), claims: { equivariant: ['power-of-two', 'sign'], exact: ['zero'] } },
  ] as const)('$name', ({ method, claims }) => {
    for (const law of quantizerLaws(method, claims)) it(law.title, law.run);
    for (const law of forwardLaws(method, arrayOps, (tensor) => tensor)) it(law.title, law.run);
  });
});
