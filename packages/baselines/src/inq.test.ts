import { readFileSync } from 'node:fs';
import { forwardLaws, quantizerLaws } from '@lowbit/conformance';
import { type QuantizedTensor, decode, encode, measureError } from '@lowbit/core';
import { arrayOps, optionsOf, type Quantizer, seededRandom } from '@lowbit/core/method';
import { describe, expect, it } from 'vitest';
import { inq } from './inq.js';

interface Golden {
  vectors: Record<string, number[]>;
  rows: { vector: string; bits: number; n1: number; n2: number; values: number[] }[];
}

const file = new URL('../fixtures/inq.json', import.meta.url);
const golden = JSON.parse(readFileSync(file, 'utf8')) as Golden;

function quantized(values: ArrayLike<number>, bits: number, method: Quantizer = inq()): QuantizedTensor {
  const context = { role: 'weight', bits, options: optionsOf(method, {}), random: seededRandom(0) } as const;
  return encode(Float32Array.from(values), [values.length], 'tensor', {
    bits,
    fit: (slice) => method.fit(slice, context),
  });
}

function levelsOf({ scheme }: QuantizedTensor): number[] {
  if (scheme.kind !== 'codebook') throw new Error(scheme.kind);
  return [...scheme.values];
}

describe('inq', () => {
  it.each(golden.rows)('equals numpy: $vector, $bits bits', ({ vector, bits, n1, n2, values }) => {
    const tensor = quantized(golden.vectors[vector]!, bits);
    expect([...decode(tensor)].map((value) => value + 0)).toEqual(values.map((value) => value + 0));
    const positive = levelsOf(tensor).filter((level) => level > 0);
    expect(positive).toEqual(Array.from({ length: n1 - n2 + 1 }, (_, i) => 2 ** (n2 + i)));
    expect(levelsOf(tensor).length).toBe(2 ** (bits - 1) + 1);
  });

  it.each([
    [3, [-1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 2]],
    [4, [-1, -1, -0.5, -0.25, -0.25, 0, 0, 0, 0, 0, 0.25, 0.25, 0.5, 1, 1, 2]],
    [5, [-1, -1, -0.5, -0.25, -0.125, -0.0625, -0.015625, 0, 0.03125, 0.125, 0.25, 0.25, 0.5, 1, 1, 2]],
  ])('gives the reference vector at %i bits', (bits, values) => {
    expect([...decode(quantized(golden.vectors['mixed']!, bits))]).toEqual(values);
  });

  // The levels depend on the largest value, which lies between 3 and 6 deviations in any sample: 3 % else.
  it.each([
    [2, 0.8625],
    [3, 0.3295],
    [4, 0.0447],
    [5, 0.0379],
  ])('%i bits: has the error of the specification on normal values, %f', (bits, error) => {
    const random = seededRandom(41);
    const values = Float32Array.from({ length: 200_000 }, () => {
      return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    });
    expect(
      Math.abs(measureError(values, decode(quantized(values, bits))).relative! / error - 1),
    ).toBeLessThan(0.03);
  });

  it('computes the example of its documentation', () => {
    const tensor = quantized([-1.3, 0.3, 0.8, 1.9], 3);
    expect(levelsOf(tensor)).toEqual([-2, -1, 0, 1, 2]);
    expect([...decode(tensor)]).toEqual([-1, 0, 1, 2]);
  });

  it('stores only the levels in use when told so', () => {
    expect(levelsOf(quantized([-1.3, 0.3, 0.8, 1.9], 3, inq({ levels: 'used' })))).toEqual([-1, 0, 1, 2]);
  });

  it('is one level for zeros, and finite for the smallest and the largest values', () => {
    expect(levelsOf(quantized([0, 0], 5))).toEqual([0]);
    expect(levelsOf(quantized([3], 2))).toEqual([-4, 0, 4]);
    expect(levelsOf(quantized([1e-45], 8))[0]).toBe(Math.fround(-1e-45));
    expect([...decode(quantized([3.4e38, -1e30], 8))].every(Number.isFinite)).toBe(true);
    expect(quantized([], 3).codes.length).toBe(0);
  });

  it.each([NaN, Infinity])('is never reached by %s: encoding names its index', (broken) => {
    expect(() => quantized([0, 1, broken], 4)).toThrowError(
      expect.objectContaining({ code: 'non-finite', where: 'tensor[2]' }),
    );
  });

  const laws = [
    ...quantizerLaws(inq(), { equivariant: ['power-of-two', 'sign'], exact: ['zero'] }),
    ...forwardLaws(inq(), arrayOps, (tensor) => tensor),
  ];
  for (const law of laws) it(law.title, law.run);
});
