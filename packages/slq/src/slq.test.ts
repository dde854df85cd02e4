import { readFileSync } from 'node:fs';
import { forwardLaws, quantizerLaws } from '@lowbit/conformance';
import { type QuantizedTensor, decode, encode, measureError } from '@lowbit/core';
import { arrayOps, lloyd, optionsOf, type Quantizer, seededRandom, sortedPoints } from '@lowbit/core/method';
import { describe, expect, it } from 'vitest';
import { eslq } from './eslq.js';
import { ladder } from './ladder.js';
import { slq } from './slq.js';

interface Golden {
  vectors: Record<string, number[]>;
  rows: {
    vector: string;
    bits: number;
    clusters: number;
    steps: 'official' | 'converged';
    ladder_order: number[];
    codebook: number[];
    error: number;
  }[];
}

const file = new URL('../fixtures/golden.json', import.meta.url);
const golden = JSON.parse(readFileSync(file, 'utf8')) as Golden;

function quantized(values: ArrayLike<number>, bits: number, method: Quantizer = slq()): QuantizedTensor {
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

function normal(count: number, seed: number): Float32Array {
  const random = seededRandom(seed);
  return Float32Array.from({ length: count }, () => {
    return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  });
}

describe('the ladder', () => {
  it('starts at the largest power of two that is not above the largest weight', () => {
    expect([...ladder(1.9, 5)]).toEqual([0, 1, -1, 0.5, -0.5]);
    expect([...ladder(2, 4)]).toEqual([0, 2, -2, 1]);
    expect([...ladder(0, 3)].every((rung) => rung === 0)).toBe(true);
  });

  const weights = golden.vectors['mixed']!;
  it.each([
    { centroids: [0, 1.075, -0.89] },
    { centroids: [0, 1.475, -1.075, 0.573333333333, -0.415] },
    { centroids: [0, 1.9, -1.075, 0.8, -0.52, 0.305, -0.31, 0.11, -0.125] },
  ])('gives the reference centroids after ten steps: $centroids', ({ centroids }) => {
    const start = ladder(1.9, centroids.length);
    const pinned = Uint8Array.from(start, (_, i) => (i === 0 ? 1 : 0));
    const { levels } = lloyd(sortedPoints(Float32Array.from(weights)), start, {
      pinned,
      iterations: 10,
      tolerance: 0,
    });
    // Permits the float32 rounding of the weights.
    centroids.forEach((centroid, i) => expect(Math.abs(levels[i]! - centroid)).toBeLessThan(1e-7));
  });
});

describe('slq', () => {
  it.each(golden.rows)('equals numpy: $vector, $clusters clusters, $steps', (row) => {
    const { vector, bits, clusters, steps: iterations } = row;
    const method = slq({ clusters: clusters === 2 ** bits ? 'full' : 'published', iterations });
    const tensor = quantized(golden.vectors[vector]!, bits, method);
    const received = levelsOf(tensor);
    if (new Set(golden.vectors[vector]).size <= clusters) {
      expect(received).toEqual([...new Set(golden.vectors[vector])].sort((a, b) => a - b));
      return;
    }
    // Permits the float32 rounding of a centroid.
    expect(received.length).toBe(row.codebook.length);
    received.forEach((level, i) => expect(Math.abs(level - row.codebook[i]!)).toBeLessThan(1e-7));
    const { meanSquared } = measureError(Float32Array.from(golden.vectors[vector]!), decode(tensor));
    expect(meanSquared * tensor.codes.length).toBeCloseTo(row.error, 6);
  });

  const samples = normal(200_000, 4);
  const relative = (bits: number, method: Quantizer) =>
    measureError(samples, decode(quantized(samples, bits, method))).relative!;

  // The error varies by about 1 % from sample to sample; 129 levels also fit 200,000 values better than endlessly many.
  it.each([
    [2, 0.190174],
    [3, 0.079941],
    [4, 0.027853],
    [5, 0.008467],
    [6, 0.002359],
    [7, 0.000625],
    [8, 0.000161],
  ])('%i bits: has the error of the best codebook with a 0 for normal values, %f', (bits, error) => {
    expect(relative(bits, slq({ solver: 'exact' })) / error).toBeGreaterThan(0.96);
    expect(relative(bits, slq({ solver: 'exact' })) / error).toBeLessThan(1.02);
    if (bits <= 5) expect(Math.abs(relative(bits, slq()) / error - 1)).toBeLessThan(0.02);
  });

  it.each([
    [2, 0.117482],
    [3, 0.034548],
    [4, 0.009501],
    [5, 0.002505],
  ])('%i bits, all codes, no pinned 0: has the error of Lloyd and Max, %f', (bits, error) => {
    const method = slq({ clusters: 'full', zero: 'free', solver: 'exact' });
    expect(Math.abs(relative(bits, method) / error - 1)).toBeLessThan(0.02);
  });

  // Ten steps end in the middle of the way down, so the error depends on the sample's largest value: 5 %.
  it.each([
    [2, 0.1904],
    [3, 0.0804],
    [4, 0.0284],
    [5, 0.0135],
  ])('%i bits: has the error of the released code after ten steps, %f', (bits, error) => {
    expect(Math.abs(relative(bits, slq({ iterations: 'official' })) / error - 1)).toBeLessThan(0.05);
  });

  it('is near the optimum at every width', () => {
    const values = normal(4096, 9);
    for (const bits of [2, 3, 4, 5, 6, 7, 8]) {
      const of = (method: Quantizer) =>
        measureError(values, decode(quantized(values, bits, method))).meanSquared;
      expect(of(slq()) / of(slq({ solver: 'exact' }))).toBeLessThan(1.02);
      expect(of(slq({ solver: 'exact' }))).toBeLessThanOrEqual(of(slq()) * (1 + 1e-6));
    }
  });

  it('computes the example of its documentation', () => {
    const tensor = quantized([-1, -0.8, 0.1, 0.2, 0.9], 2);
    expect(levelsOf(tensor).map((level) => Number(level.toFixed(6)))).toEqual([-0.9, 0, 0.9]);
    expect([...tensor.codes]).toEqual([0, 0, 1, 1, 2]);
  });

  it('represents what has no more distinct values than clusters, without a 0 that nothing needs', () => {
    expect(levelsOf(quantized([0.25, 0.25, 0.25], 4))).toEqual([0.25]);
    expect(levelsOf(quantized([-3], 2))).toEqual([-3]);
    expect(levelsOf(quantized([0, 0], 8))).toEqual([0]);
    expect(levelsOf(quantized([4, 1, 4, 2], 2))).toEqual([1, 2, 4]);
    expect(levelsOf(quantized([4, 1, 4, 2], 2, slq({ solver: 'exact' })))).toEqual([1, 2, 4]);
    expect(quantized([], 3).codes.length).toBe(0);
  });

  it('leaves 0 out when it is nobody’s nearest level', () => {
    const levels = levelsOf(quantized([10, 10.5, 11, 11.5, 12, 12.5], 2));
    expect(levels.every((level) => level > 9)).toBe(true);
  });

  it('weighs important values more', () => {
    const values = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    const method = slq();
    const options = optionsOf(method, {});
    const importance = Float32Array.of(1, 1, 1, 1, 1, 1, 1, 1000);
    const fitted = method.fit(values, {
      role: 'weight',
      bits: 2,
      options,
      random: seededRandom(0),
      importance,
    });
    const largest = fitted.kind === 'codebook' ? fitted.values.at(-1)! : 0;
    expect(8 - largest).toBeLessThan(0.01);
  });

  it.each([NaN, Infinity])('is never reached by %s: encoding names its index', (broken) => {
    expect(() => quantized([0, 1, broken], 4)).toThrowError(
      expect.objectContaining({ code: 'non-finite', where: 'tensor[2]' }),
    );
  });

  it('refuses an option that it does not know', () => {
    expect(() => quantized([1], 3, slq({ start: 'zero' as 'ladder' }))).toThrowError(
      expect.objectContaining({ code: 'unsupported-option' }),
    );
  });

  // The ladder follows the scale only by powers of two; quantiles take the lower of two values, so they do not mirror.
  const variants = [
    { name: 'default', method: slq(), equivariant: ['power-of-two', 'sign'] },
    { name: 'quantile', method: slq({ start: 'quantile', solver: 'lloyd' }), equivariant: ['scale'] },
    { name: 'exact', method: slq({ solver: 'exact' }), equivariant: ['scale', 'sign'] },
    {
      name: 'exact, free zero',
      method: slq({ solver: 'exact', zero: 'free', clusters: 'full' }),
      equivariant: ['scale', 'translation', 'sign'],
    },
    {
      name: 'official',
      method: slq({ iterations: 'official', solver: 'lloyd' }),
      equivariant: ['power-of-two'],
    },
  ] as const;
  describe.each(variants)('$name', ({ method, equivariant }) => {
    for (const law of quantizerLaws(method, { equivariant })) it(law.title, law.run);
    for (const law of forwardLaws(method, arrayOps, (tensor) => tensor)) it(law.title, law.run);
  });
});

describe('eslq', () => {
  it('has levels that are 0 or signed powers of two', () => {
    for (const bits of [2, 3, 4, 5, 6, 7, 8]) {
      const levels = levelsOf(quantized(normal(5000, 2), bits, eslq()));
      for (const level of levels)
        expect(level === 0 || Number.isInteger(Math.log2(Math.abs(level)))).toBe(true);
      expect(new Set(levels).size).toBe(levels.length);
    }
  });

  it('computes the example of its documentation', () => {
    const tensor = quantized([-1, -0.8, 0.1, 0.2, 0.7], 2, eslq());
    expect([...decode(tensor)]).toEqual([-1, -1, 0, 0, 0.5]);
  });

  const laws = [
    ...quantizerLaws(eslq(), { equivariant: ['power-of-two', 'sign'], exact: ['zero'] }),
    ...forwardLaws(eslq(), arrayOps, (tensor) => tensor),
  ];
  for (const law of laws) it(law.title, law.run);
});
