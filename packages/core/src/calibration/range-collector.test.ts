import { expect, test } from 'vitest';
import { seededRandom } from '../numeric/random.js';
import { statisticsCollector } from './collector.js';
import { batchRange } from './summarize.js';
import { rangeCollector } from './range-collector.js';
import { isComplete } from './site-statistics.js';

test('ranges are those of the whole statistics, without the values', () => {
  const random = seededRandom(4);
  const [ranges, all] = [rangeCollector(), statisticsCollector()];
  for (let batch = 0; batch < 5; batch++) {
    const values = Float32Array.from({ length: 5000 }, () => random() * (batch + 1) - 1);
    if (batch === 2) values.set([NaN, Infinity], 4500);
    ranges.add(batchRange(values));
    all.add(values);
  }
  const { mean, deviation, histogram, sample, ...rest } = all.finish();
  expect([mean, deviation, histogram, sample]).not.toContain(undefined);
  expect(ranges.finish()).toEqual(rest);
  expect(rest).toMatchObject({ count: 24998, nonFinite: 2, batches: 5 });
  expect(isComplete(ranges.finish())).toBe(false);
  expect(isComplete(all.finish())).toBe(true);
});

test('moving averages are of the ranges of batches', () => {
  const ranges = rangeCollector();
  for (const max of [10, 10, 20]) ranges.add({ count: 1, min: 0, max });
  expect(ranges.finish()).toMatchObject({ movingMin: 0, movingMax: 11, min: 0, max: 20 });
});

test('batches without finite values count nowhere', () => {
  const ranges = rangeCollector();
  ranges.add(batchRange([]));
  ranges.add(batchRange([NaN]));
  expect(ranges.finish()).toEqual({
    count: 0,
    nonFinite: 1,
    batches: 0,
    min: 0,
    max: 0,
    movingMin: 0,
    movingMax: 0,
  });
});
