import { expect, test } from 'vitest';
import { seededRandom } from '../numeric/random.js';
import { statisticsCollector } from './collector.js';
import { mergeSites } from './merge-sites.js';
import { rangeCollector } from './range-collector.js';
import type { SiteStatistics } from './site-statistics.js';

function siteOf(batches: readonly Float32Array[], sampleSize = 64): SiteStatistics {
  const collector = statisticsCollector({ sampleSize, seed: 1 });
  for (const batch of batches) collector.add(batch);
  return collector.finish();
}

const random = seededRandom(4);
const batches = Array.from({ length: 8 }, (_, i) =>
  Float32Array.from({ length: 500 }, () => (random() - 0.3) * (1 + i / 4)),
);

test('parts of a site are as the whole, but for averages that move, bins and samples', () => {
  const whole = siteOf(batches);
  const merged = mergeSites([siteOf(batches.slice(0, 3)), siteOf(batches.slice(3))]) as SiteStatistics;
  const { count, nonFinite, batches: number, min, max } = whole;
  expect(merged).toMatchObject({ count, nonFinite, batches: number, min, max });
  expect(merged.mean).toBeCloseTo(whole.mean, 10);
  expect(merged.deviation).toBeCloseTo(whole.deviation, 10);
  expect(merged.sample).toHaveLength(64);
  const { histogram } = merged;
  expect(histogram.counts.reduce((sum, own) => sum + own, 0)).toBe(count);
  const below = ({ min: low, max: high, counts }: SiteStatistics['histogram']) =>
    counts.reduce(
      (sum, own, i) => sum + (low + ((i + 0.5) * (high - low)) / counts.length < 0.2 ? own : 0),
      0,
    );
  // Bins of 2,048 over a range of 4 or less: one bin more or less.
  expect(Math.abs(below(histogram) - below(whole.histogram))).toBeLessThan(20);
});

test('a part that saw nothing adds nothing, and ranges stay alone', () => {
  const one = siteOf([batches[0]!]);
  const nothing = siteOf([Float32Array.of(NaN)]);
  expect(mergeSites([one, nothing])).toEqual({ ...one, nonFinite: 1 });
  expect(mergeSites([nothing, nothing])).toMatchObject({ count: 0, nonFinite: 2 });
  const ranges = rangeCollector();
  ranges.add({ count: 2, min: -9, max: 1 });
  const alone = mergeSites([one, ranges.finish()]);
  expect(alone).toMatchObject({ count: 502, batches: 2, min: -9 });
  expect('sample' in alone).toBe(false);
});
