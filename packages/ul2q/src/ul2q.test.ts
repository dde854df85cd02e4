import { readFileSync } from 'node:fs';
import { forwardLaws, quantizerLaws } from '@lowbit/conformance';
import { type QuantizedTensor, decode, encode } from '@lowbit/core';
import {
  arrayOps,
  meanAndDeviation,
  optionsOf,
  seededRandom,
  statisticsCollector,
} from '@lowbit/core/method';
import { describe, expect, it } from 'vitest';
import { expectedLoss } from './loss.js';
import type { StepList } from './steps.js';
import { ul2q } from './ul2q.js';

interface Golden {
  weights: number[];
  rows: { bits: number; scale: number; offset: number; codes: number[]; values: number[] }[];
}

const file = new URL('../fixtures/golden.json', import.meta.url);
const golden = JSON.parse(readFileSync(file, 'utf8')) as Golden;

function quantized(values: ArrayLike<number>, bits: number, lambda: StepList = 'exact'): QuantizedTensor {
  const method = ul2q({ lambda });
  const context = { role: 'weight', bits, options: optionsOf(method, {}), random: seededRandom(0) } as const;
  return encode(Float32Array.from(values), [values.length], 'tensor', {
    bits,
    fit: (slice) => method.fit(slice, context),
  });
}

/** Two normal numbers from each pair of uniform numbers (Box-Muller). */
function normal(count: number, pair: (i: number) => readonly [number, number]): Float32Array {
  const values = new Float32Array(count);
  for (let i = 0; i < count; i += 2) {
    const [radius, angle] = pair(i / 2);
    const length = Math.sqrt(-2 * Math.log(radius));
    values[i] = length * Math.cos(2 * Math.PI * angle);
    values[i + 1] = length * Math.sin(2 * Math.PI * angle);
  }
  return values;
}

function randomNormal(count: number, seed: number): Float32Array {
  const random = seededRandom(seed);
  return normal(count, () => [1 - random(), random()]);
}

/** The same distribution with little sampling error: pairs on a Fibonacci lattice. */
function evenNormal(count: number): Float32Array {
  const golden = (Math.sqrt(5) - 1) / 2;
  return normal(count, (i) => [(2 * i + 1) / count, (i * golden) % 1]);
}

function meanSquaredError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return sum / a.length;
}

describe('ul2q', () => {
  it.each(golden.rows)('equals numpy: $bits bits', ({ bits, scale, offset, codes, values }) => {
    const tensor = quantized(golden.weights, bits);
    if (tensor.scheme.kind !== 'affine') throw new Error(tensor.scheme.kind);
    expect(tensor.scheme.scale[0]).toBe(Math.fround(scale));
    expect(tensor.scheme.offset?.[0]).toBe(Math.fround(offset));
    expect([...tensor.codes]).toEqual(codes);
    // Permits the float32 rounding of scale, offset and result, each below 2^-24 of 6 deviations.
    decode(tensor).forEach((value, i) => expect(Math.abs(value - values[i]!)).toBeLessThan(1e-6));
  });

  const samples = randomNormal(1_000_000, 2019);
  const even = evenNormal(1_000_000);

  it.each([1, 2, 3, 4])(
    'has the expected loss within 1 percent on a million random samples: %i bits',
    (bits) => {
      const loss = meanSquaredError(samples, decode(quantized(samples, bits)));
      expect(Math.abs(loss / expectedLoss(bits) - 1)).toBeLessThan(0.01);
    },
  );

  // The wider the code, the more of the loss comes from a few clipped samples: from 5 bits on the sampling
  // error of a million random numbers is 0.6 % (5 bits) to 2.5 % (8 bits), so it is measured with the loss.
  it.each([5, 6, 7, 8])(
    'has the expected loss within 3 standard errors on random samples: %i bits',
    (bits) => {
      const decoded = decode(quantized(samples, bits));
      const squares = samples.map((value, i) => (value - decoded[i]!) ** 2);
      const { mean, deviation } = meanAndDeviation(squares);
      const error = deviation / Math.sqrt(samples.length);
      expect(Math.abs(mean - expectedLoss(bits))).toBeLessThan(3 * error);
      expect(error).toBeLessThan(0.04 * mean);
    },
  );

  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'has the expected loss within 1 percent on even samples: %i bits',
    (bits) => {
      const loss = meanSquaredError(even, decode(quantized(even, bits)));
      expect(Math.abs(loss / expectedLoss(bits) - 1)).toBeLessThan(0.01);
    },
  );

  it.each(['paper', 'code'] as const)('loses at most 0.3 percent more with the %s steps', (lambda) => {
    for (const bits of [1, 2, 4, 6, 8]) {
      const exact = meanSquaredError(even, decode(quantized(even, bits)));
      const other = meanSquaredError(even, decode(quantized(even, bits, lambda)));
      expect(other / exact).toBeLessThan(1.003);
    }
  });

  it('uses the list of steps that it is given', () => {
    const scaleOf = (lambda: StepList) => quantized([-1, 1], 2, lambda).scheme;
    expect(scaleOf('paper')).toMatchObject({ scale: Float32Array.of(0.9894) });
    expect(scaleOf('code')).toMatchObject({ scale: Float32Array.of(0.995290085413) });
    expect(() => optionsOf(ul2q({ lambda: 'other' as StepList }), {})).toThrowError(
      expect.objectContaining({ code: 'unsupported-option' }),
    );
  });

  it('computes the example of its documentation', () => {
    const tensor = quantized([-1, 0, 1, 2], 2);
    expect([...tensor.codes]).toEqual([0, 1, 2, 3]);
    const levels = [-1.1698, -0.0566, 1.0566, 2.1698];
    decode(tensor).forEach((value, i) => expect(value).toBeCloseTo(levels[i]!, 4));
  });

  it('gives a value at the mean one of the two middle levels', () => {
    for (let bits = 1; bits <= 16; bits++) {
      const upper = 2 ** (bits - 1);
      expect([upper - 1, upper]).toContain(quantized([-1, 0, 1], bits).codes[1]);
    }
  });

  it('decodes slices without deviation to their mean', () => {
    expect([...decode(quantized([0.25, 0.25, 0.25], 4))]).toEqual([0.25, 0.25, 0.25]);
    expect([...decode(quantized([-3], 1))]).toEqual([-3]);
    expect(quantized([0, 0], 8).scheme).toMatchObject({
      scale: Float32Array.of(0),
      offset: Float32Array.of(0),
    });
    expect(quantized([1e-41, -1e-41], 8).scheme).toMatchObject({ scale: Float32Array.of(0) });
    expect(quantized([], 8).codes.length).toBe(0);
  });

  it('clips what lies beyond its grid', () => {
    const values = [...randomNormal(1000, 3), 100];
    const decoded = decode(quantized(values, 8));
    expect(decoded[1000]).toBeLessThan(20);
  });

  it('stays finite at the ends of float32', () => {
    const decoded = decode(quantized([-3.4e38, 3.4e38], 1));
    expect([...decoded].every(Number.isFinite)).toBe(true);
  });

  it('fits activations to what was observed, else to batch normalization, else to the values', () => {
    const method = ul2q();
    const context = {
      role: 'activation',
      bits: 2,
      options: optionsOf(method, {}),
      random: seededRandom(0),
    } as const;
    const normal = { mean: 3, deviation: 2 };
    const seen = statisticsCollector();
    seen.add([0, 2]);
    const scaleOf = (extra: object) => method.fit(Float32Array.of(10, 20), { ...context, ...extra });
    // λ at 2 bits is 0.9957; the lowest of the four levels lies 1.5 steps below the mean.
    const grid = (mean: number, deviation: number) => {
      const scale = Math.fround(0.995686685944 * deviation);
      return { scale, offset: Math.fround(mean - 1.5 * 0.995686685944 * deviation) };
    };
    expect(scaleOf({ normal, statistics: seen.finish() })).toMatchObject(grid(1, 1));
    expect(scaleOf({ normal })).toMatchObject(grid(3, 2));
    expect(scaleOf({})).toMatchObject(grid(15, 5));
    expect(scaleOf({ role: 'weight', normal })).toMatchObject(grid(15, 5));
  });

  it.each([NaN, Infinity])('is never reached by %s: encoding names its index', (broken) => {
    expect(() => quantized([0, 1, broken], 4)).toThrowError(
      expect.objectContaining({ code: 'non-finite', where: 'tensor[2]' }),
    );
  });

  const laws = [
    ...quantizerLaws(ul2q(), { equivariant: ['scale', 'translation', 'sign'] }),
    ...forwardLaws(ul2q(), arrayOps, (tensor) => tensor),
  ];
  for (const law of laws) it(law.title, law.run);
});
