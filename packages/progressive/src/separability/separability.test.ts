import { readFileSync } from 'node:fs';
import { type LayerFeatures, traceRatio } from '@lowbit/core/policy';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fullFisher } from './full-fisher.js';
import { linearProbe } from './linear-probe.js';
import { separabilityMeasures } from './separability.js';

interface Golden {
  title: string;
  labels: number[];
  dimensions: number;
  values: number[];
  traceRatio: number;
  fisher: number;
  fisherByLda: number | null;
  linearProbe: number;
}

const file = new URL('../../fixtures/golden.json', import.meta.url);
const golden = JSON.parse(readFileSync(file, 'utf8')) as Golden[];
const measures = Object.entries(separabilityMeasures);

const matrix = (dimensions: number, values: ArrayLike<number>): LayerFeatures => ({
  dimensions,
  values: Float32Array.from(values),
});

/** Relative; permits sums in another order, the inverse of a matrix and 17 digits of float64. */
const close = (received: number, expected: number) =>
  expect(Math.abs(received / expected - 1)).toBeLessThan(1e-9);

describe.each(golden)('on $title', ({ labels, dimensions, values, ...expected }) => {
  const features = matrix(dimensions, values);

  it('the trace ratio equals numpy', () => close(traceRatio(features, labels), expected.traceRatio));

  it('the full Fisher criterion equals numpy, and scikit-learn without ridge', () => {
    close(fullFisher(features, labels), expected.fisher);
    if (expected.fisherByLda !== null) {
      close(fullFisher(features, labels, 'features', 0), expected.fisherByLda);
    }
  });

  it('the linear probe is right as often as scikit-learn fitted without each sample', () => {
    expect(linearProbe(features, labels)).toBeCloseTo(expected.linearProbe, 12);
  });

  it.each(measures)('%s is free of scale and of the order of samples', (_, measure) => {
    const before = measure(features, labels);
    const doubled = matrix(
      dimensions,
      features.values.map((value) => 2 * value),
    );
    close(measure(doubled, labels), before);
    const rows = labels.map((_, row) => [...features.values.slice(row * dimensions, (row + 1) * dimensions)]);
    close(measure(matrix(dimensions, rows.reverse().flat()), [...labels].reverse()), before);
  });
});

describe.each(measures)('%s', (_, measure) => {
  it.each([
    ['one class', [1, 1, 1], [0.1, 0.2, 0.4]],
    ['classes of one sample', [0, 1, 2], [0.1, 0.2, 0.4]],
    ['no samples', [], []],
  ])('is 0 with %s', (_title, labels, values) => {
    expect(measure(matrix(1, values), labels)).toBe(0);
  });

  it('leaves classes of one sample out', () => {
    const values = [0, 0.1, 1, 1.2, 0.5, 0.6];
    const alone = measure(matrix(1, [...values, 50]), [0, 0, 1, 1, 2, 2, 3]);
    expect(alone).toBe(measure(matrix(1, values), [0, 0, 1, 1, 2, 2]));
    expect(alone).toBeGreaterThan(0);
  });

  it.each([NaN, Infinity])('refuses %s, naming where it stands', (broken) => {
    expect(() => measure(matrix(2, [1, 2, 3, broken]), [0, 1], 'layer')).toThrowError(
      expect.objectContaining({ code: 'non-finite', where: 'layer[3]' }),
    );
  });

  it('refuses features that are not one row a label', () => {
    for (const dimensions of [0, 2]) {
      expect(() => measure(matrix(dimensions, [1, 2, 3]), [0, 1])).toThrowError(
        expect.objectContaining({ code: 'calibration-invalid' }),
      );
    }
  });

  it('is a finite number ≥ 0 for any features', () => {
    const sample = fc.integer({ min: 2, max: 12 }).chain((count) =>
      fc.tuple(
        fc.array(fc.integer({ min: 0, max: 2 }), { minLength: count, maxLength: count }),
        fc.array(fc.float({ min: -100, max: 100, noNaN: true }), {
          minLength: 2 * count,
          maxLength: 2 * count,
        }),
      ),
    );
    fc.assert(
      fc.property(sample, ([labels, values]) => {
        const result = measure(matrix(2, values), labels);
        expect(Number.isFinite(result) && result >= 0).toBe(true);
      }),
      { numRuns: 200, seed: 7 },
    );
  });
});

describe('the measures', () => {
  it('are computed as the example says', () => {
    // Means 1 and 4, overall 2.5: between (2·1.5² + 2·1.5²)/4 = 2.25; within (4 · 1²)/4 = 1.
    const features = matrix(1, [0, 2, 3, 5]);
    expect(traceRatio(features, [0, 0, 1, 1])).toBeCloseTo(2.25, 12);
    expect(fullFisher(features, [0, 0, 1, 1], 'features', 0)).toBeCloseTo(2.25, 12);
  });

  it('differ where one small direction separates the classes', () => {
    const noise = [-90, 80, 70, -60, 50, -40];
    const clean = [-1, -1.1, -0.9, 1, 1.1, 0.9];
    const features = matrix(
      2,
      noise.flatMap((value, i) => [value, clean[i] as number]),
    );
    const labels = [0, 0, 0, 1, 1, 1];
    expect(traceRatio(features, labels)).toBeLessThan(0.1);
    expect(fullFisher(features, labels, 'features', 0)).toBeGreaterThan(50);
  });

  it('find nothing in features that do not vary', () => {
    const features = matrix(1, [0.3, 0.3, 0.3, 0.3, 0.3]);
    expect(traceRatio(features, [0, 0, 1, 1, 1])).toBe(0);
    expect(fullFisher(features, [0, 0, 1, 1, 1])).toBe(0);
    expect(linearProbe(features, [0, 0, 1, 1, 1])).toBe(3 / 5);
  });

  it('of the linear probe is chance where features say nothing', () => {
    const features = matrix(1, [1, 2, 3, 1, 2, 3]);
    expect(linearProbe(features, [0, 0, 0, 1, 1, 1])).toBe(0.5);
  });

  it('stay finite where the classes do not spread', () => {
    const features = matrix(1, [1, 1, 2, 2]);
    expect(traceRatio(features, [0, 0, 1, 1])).toBe(1e12);
    expect(fullFisher(features, [0, 0, 1, 1])).toBe(1e12);
    expect(linearProbe(features, [0, 0, 1, 1])).toBe(1);
  });
});
