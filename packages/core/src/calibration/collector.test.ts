import { expect, test } from 'vitest';
import { seededRandom } from '../numeric/random.js';
import { meanAndDeviation } from '../numeric/mean-and-range.js';
import { statisticsCollector } from './collector.js';

test('statistics of many batches are those of all values, in constant size', () => {
  const random = seededRandom(2);
  const collector = statisticsCollector({ sampleSize: 100, seed: 1 });
  const all: number[] = [];
  for (let batch = 0; batch < 40; batch++) {
    const values = Float32Array.from({ length: 500 }, () => (random() - 0.3) * (batch + 1));
    all.push(...values);
    collector.add(values);
  }
  const seen = collector.finish();
  const { mean, deviation } = meanAndDeviation(all);
  expect(seen).toMatchObject({
    count: 20000,
    batches: 40,
    nonFinite: 0,
    min: Math.min(...all),
    max: Math.max(...all),
  });
  expect(seen.mean).toBeCloseTo(mean, 8);
  expect(seen.deviation).toBeCloseTo(deviation, 8);
  expect(seen.sample).toHaveLength(100);
  expect(seen.histogram.counts).toHaveLength(2048);
  expect(seen.movingMax).toBeLessThan(seen.max);
  const late = all.slice(10000);
  expect(seen.sample.filter((value) => late.includes(value)).length).toBeGreaterThan(30);
});

test('the histogram counts exactly while its range grows', () => {
  const collector = statisticsCollector();
  collector.add([0.5, 0.5, 0.25]);
  collector.add([100, -3]);
  const { histogram } = collector.finish();
  expect(histogram.min).toBeLessThanOrEqual(-3);
  expect(histogram.max).toBeGreaterThanOrEqual(100);
  expect(histogram.counts.reduce((sum, count) => sum + count, 0)).toBe(5);
  const width = (histogram.max - histogram.min) / 2048;
  const near = (value: number) =>
    histogram.counts[Math.min(2047, Math.floor((value - histogram.min) / width))];
  expect(near(100)).toBe(1);
  expect(near(-3)).toBe(1);
});

test('constant values, no values and values that are not finite', () => {
  const collector = statisticsCollector();
  expect(collector.finish()).toMatchObject({ count: 0, min: 0, max: 0, deviation: 0 });
  collector.add([NaN, Infinity]);
  collector.add([2, 2]);
  expect(collector.finish()).toMatchObject({
    count: 2,
    nonFinite: 2,
    batches: 1,
    min: 2,
    max: 2,
    deviation: 0,
  });
  expect(collector.finish().histogram.counts.reduce((sum, count) => sum + count, 0)).toBe(2);
});
