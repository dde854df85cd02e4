import { forwardLaws, quantizerLaws } from '@lowbit/conformance';
import {
  arrayOps,
  optionsOf,
  seededRandom,
  statisticsCollector,
  type Quantizer,
  type SliceParameters,
} from '@lowbit/core/method';
import { describe, expect, it } from 'vitest';
import { dynamic, minMax, movingAverage, mse, percentile } from './index.js';

const batches = [
  [0, 4, 10],
  [1, 2, 10],
  [0, -1, 20],
];

/** Fits to the statistics of three batches at 8 bits. */
function fitObserved(quantizer: Quantizer, data: readonly (readonly number[])[] = batches): SliceParameters {
  const collector = statisticsCollector();
  for (const batch of data) collector.add(batch);
  const statistics = collector.finish();
  const context = {
    role: 'activation',
    bits: 8,
    options: optionsOf(quantizer, {}),
    random: seededRandom(0),
  } as const;
  return quantizer.fit(Float32Array.from(statistics.sample), {
    ...context,
    ranges: statistics,
    statistics,
  });
}

/** Lower and upper end of the fitted grid. */
function ends(parameters: SliceParameters): number[] {
  if (parameters.kind !== 'affine') throw new Error('not an even grid');
  const { scale, levels, offset = (-scale * (levels - 1)) / 2 } = parameters;
  return [offset, offset + scale * (levels - 1)];
}

const normal = (count: number) => {
  const random = seededRandom(3);
  return Array.from(
    { length: count },
    () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()),
  );
};

describe('activation ranges from a calibration', () => {
  it('min-max takes everything that was seen', () => {
    const [low, high] = ends(fitObserved(minMax())) as [number, number];
    // The zero point is an integer: each end may move by half a step of 21 / 255.
    expect(low).toBeCloseTo(-1, 1);
    expect(high).toBeCloseTo(20, 1);
  });

  it('moving-average takes a tenth of every new batch', () => {
    const [low, high] = ends(fitObserved(movingAverage())) as [number, number];
    expect(low).toBeCloseTo(-0.1 + 0.9 * 0.1, 0);
    expect(high).toBeCloseTo(11, 1);
  });

  it('percentile leaves out the share that it is told to', () => {
    const values = Array.from({ length: 10_000 }, (_, i) => i / 10_000);
    const fitted = ends(fitObserved(percentile({ percent: 90 }), [values]));
    // Bins of the histogram are 1 / 2048 wide or less, and the low end is extended to 0.
    expect(fitted[0]).toBe(0);
    expect(fitted[1]).toBeCloseTo(0.9, 2);
    expect(ends(fitObserved(percentile({ percent: 100 }), [values]))[1]).toBeCloseTo(0.9999, 3);
  });

  it('mse gives up an outlier among many values, and nothing of values that are spread evenly', () => {
    const [low, high] = ends(fitObserved(mse(), [[...normal(400_000), 9]])) as [number, number];
    expect(high).toBeGreaterThan(3);
    expect(high).toBeLessThan(7);
    expect(low).toBeLessThan(-3);
    const even = Array.from({ length: 4096 }, (_, i) => i);
    expect(ends(fitObserved(mse(), [even]))[1]).toBeGreaterThan(4000);
  });

  it('a constant stays itself', () => {
    for (const quantizer of [minMax(), movingAverage(), mse()]) {
      expect(fitObserved(quantizer, [[2, 2]])).toEqual({ kind: 'affine', levels: 256, scale: 0, offset: 2 });
    }
  });
});

describe('mse', () => {
  it('computes the example of its documentation', () => {
    const context = {
      role: 'weight',
      bits: 2,
      options: { grid: 'symmetric', levels: 'odd' },
      random: seededRandom(0),
    } as const;
    const fitted = mse().fit(Float32Array.of(-1, -0.9, 1, 1.1, 3), context);
    expect(fitted).toMatchObject({ levels: 3 });
    expect(ends(fitted)[1]).toBeCloseTo(1.4, 5);
  });
});

describe('percentile', () => {
  it('computes the example of its documentation', () => {
    const context = {
      role: 'weight',
      bits: 2,
      options: { percent: 75, grid: 'zero-point' },
      random: seededRandom(0),
    } as const;
    const fitted = percentile().fit(Float32Array.of(-1, 0, 1, 2, 30), context);
    expect(fitted).toEqual({ kind: 'affine', levels: 4, scale: Math.fround(2 / 3), offset: 0 });
  });
});

describe.each([
  ['percentile', percentile()],
  ['percentile, symmetric', percentile({ grid: 'symmetric' })],
  ['percentile, symmetric, odd', percentile({ grid: 'symmetric', levels: 'odd' })],
  ['mse', mse()],
  ['mse, symmetric', mse({ grid: 'symmetric' })],
  ['mse, symmetric, odd', mse({ grid: 'symmetric', levels: 'odd' })],
  ['moving-average', movingAverage()],
  ['dynamic', dynamic()],
] as const)('%s', (_, quantizer) => {
  for (const law of quantizerLaws(quantizer, { equivariant: ['power-of-two'] })) it(law.title, law.run);
  for (const law of forwardLaws(quantizer, arrayOps, (tensor) => tensor)) it(law.title, law.run);
});
