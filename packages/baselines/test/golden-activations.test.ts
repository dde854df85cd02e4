import { readFileSync } from 'node:fs';
import {
  arrayOps,
  forwardOf,
  optionsOf,
  seededRandom,
  siteParameters,
  statisticsCollector,
  type FitContext,
  type Quantizer,
} from '@lowbit/core/method';
import { describe, expect, test } from 'vitest';
import { dynamic, movingAverage, mse, percentile } from '../src/index.js';

interface Golden {
  readonly sites: Readonly<Record<string, readonly (readonly number[])[]>>;
  readonly percentile: readonly { site: string; percent: number; low: number; high: number; width: number }[];
  readonly movingAverage: readonly { site: string; low: number; high: number }[];
  readonly mse: readonly { site: string; bits: number; error: number; whole: number }[];
  readonly dynamic: readonly { site: string; batch: number; scale: number; zero: number; codes: number[] }[];
}

const file = new URL('../fixtures/golden-activations.json', import.meta.url);
const golden = JSON.parse(readFileSync(file, 'utf8')) as Golden;

const contextOf = (quantizer: Quantizer, bits: number, options = {}): FitContext => ({
  role: 'activation',
  bits,
  options: optionsOf(quantizer, options),
  random: seededRandom(0),
});

/** The grid fitted to what calibration keeps of the batches. */
function observed(quantizer: Quantizer, site: string, bits = 8, options = {}) {
  const collector = statisticsCollector();
  for (const batch of golden.sites[site]!) collector.add(batch);
  const statistics = collector.finish();
  return grid(
    quantizer.fit(Float32Array.from(statistics.sample), {
      ...contextOf(quantizer, bits, options),
      ranges: statistics,
      statistics,
    }),
  );
}

function grid(fitted: ReturnType<Quantizer['fit']>) {
  if (fitted.kind !== 'affine' || fitted.offset === undefined)
    throw new Error('not a grid with a zero point');
  const { scale, offset, levels } = fitted;
  return { scale, offset, levels, low: offset, high: offset + scale * (levels - 1) };
}

/** An end of a range that includes 0, on a grid whose zero is a whole number of steps: off by half a step. */
const near = (actual: number, wanted: number, error: number) =>
  expect(Math.abs(actual - wanted)).toBeLessThanOrEqual(error);

describe('percentile', () => {
  test.each(golden.percentile)(
    'of $site at $percent as by onnxruntime',
    ({ site, percent, low, high, width }) => {
      const fitted = observed(percentile(), site, 8, { percent });
      const sorted = Float32Array.from(golden.sites[site]!.flat()).sort();
      const range = sorted[sorted.length - 1]! - sorted[0]!;
      // One bin of its histogram, one of ours (at least 512 in the range), half a step, and the values beside the percentile.
      const permitted = width + range / 512 + fitted.scale / 2;
      near(fitted.low, Math.min(low, 0), permitted + gapAt(sorted, 1 - percent / 100));
      near(fitted.high, Math.max(high, 0), permitted + gapAt(sorted, percent / 100));
    },
  );
});

/** How far the values around a share of the way through sorted ones lie apart. */
function gapAt(sorted: Float32Array, share: number): number {
  const place = Math.round(share * (sorted.length - 1));
  return sorted[Math.min(place + 2, sorted.length - 1)]! - sorted[Math.max(place - 2, 0)]!;
}

describe('moving average', () => {
  test.each(golden.movingAverage)('of $site', ({ site, low, high }) => {
    const fitted = observed(movingAverage(), site);
    const steps = (Math.max(high, 0) - Math.min(low, 0)) / 255;
    near(fitted.scale, steps, 1e-6 * steps);
    near(fitted.low, Math.min(low, 0), 0.501 * steps);
  });
});

describe('least squared error', () => {
  test.each(golden.mse)('of $site at $bits bits', ({ site, bits, error, whole }) => {
    const { scale, offset, levels } = observed(mse(), site, bits);
    const values = golden.sites[site]!.flat();
    const rounded = (x: number) => {
      const code = Math.min(Math.max(Math.round((x - offset) / scale), 0), levels - 1);
      return offset + scale * code;
    };
    const mean = values.reduce((sum, x) => sum + (x - rounded(x)) ** 2, 0) / values.length;
    // The quantizer sees a histogram and searches the ends in turns; the golden error is the best of all pairs.
    expect(mean).toBeLessThanOrEqual(1.05 * error);
    expect(mean).toBeLessThanOrEqual(1.01 * whole);
  });
});

describe('dynamic', () => {
  test.each(golden.dynamic)(
    'of $site, batch $batch, as by onnxruntime',
    ({ site, batch, scale, zero, codes }) => {
      const quantizer = dynamic();
      const values = Float32Array.from(golden.sites[site]![batch]!);
      const fitted = grid(quantizer.fit(values, contextOf(quantizer, 8)));
      near(fitted.scale, scale, 1e-6 * scale);
      near(-fitted.offset / fitted.scale, zero, 1e-3);
      const parameters = siteParameters(
        arrayOps,
        {
          kind: 'affine',
          levels: 256,
          scale: Float32Array.of(fitted.scale),
          offset: Float32Array.of(fitted.offset),
        },
        1,
      );
      const site8 = { role: 'activation', bits: 8, options: optionsOf(quantizer, {}), parameters } as const;
      const { data } = forwardOf(quantizer)(arrayOps, { shape: [1, values.length], data: values }, site8);
      // Where a value lies within rounding of the middle of two codes, either may be chosen.
      const different = codes.filter(
        (code, i) => Math.abs(data[i]! - (code - zero) * scale) > 1e-3 * scale,
      ).length;
      expect(different).toBeLessThanOrEqual(values.length / 200);
    },
  );
});
