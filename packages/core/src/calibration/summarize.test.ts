import { expect, test } from 'vitest';
import { seededRandom } from '../numeric/random.js';
import { meanAndDeviation, range } from '../numeric/mean-and-range.js';
import { summarize } from './summarize.js';

test('values far from zero keep their deviation, over many blocks', () => {
  const random = seededRandom(6);
  const values = Float64Array.from({ length: 20_001 }, () => 1e6 + random());
  const { count, mean, squares, min, max } = summarize(values);
  const exact = meanAndDeviation(values);
  expect({ count, min, max }).toEqual({ count: 20_001, ...range(values) });
  expect(mean).toBeCloseTo(exact.mean, 6);
  expect(Math.sqrt(squares / count)).toBeCloseTo(exact.deviation, 6);
});

test.each([[[NaN]], [[1, Infinity]], [[1, -Infinity, 2]], [[1, NaN, 2]]])(
  '%j shows in the squares',
  (values) => {
    expect(summarize(values).squares).toBeNaN();
  },
);

test('no values have no range', () => {
  expect(summarize([])).toEqual({ count: 0, mean: 0, squares: 0, min: Infinity, max: -Infinity });
});
