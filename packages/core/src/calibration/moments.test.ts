import { expect, test } from 'vitest';
import { seededRandom } from '../numeric/random.js';
import { gramMatrix, inputMean, momentsCollector } from './moments.js';

/** Rows of seeded values, the first input always 0. */
function rowsOf(count: number, inputs: number): Float32Array {
  const random = seededRandom(inputs);
  return Float32Array.from({ length: count * inputs }, (_, i) => (i % inputs === 0 ? 0 : random() - 0.3));
}

function momentsOf(rows: Float32Array, inputs: number, parts = 1) {
  const collector = momentsCollector(inputs);
  const size = inputs * Math.ceil(rows.length / inputs / parts);
  for (let from = 0; from < rows.length; from += size) collector.add(rows.subarray(from, from + size));
  return collector.moments();
}

/** The mean of x xᵀ and of x, summed here one by one. */
function expected(rows: Float32Array, inputs: number) {
  const count = rows.length / inputs;
  const gram = new Float64Array(inputs * inputs);
  const mean = new Float64Array(inputs);
  for (let from = 0; from < rows.length; from += inputs)
    for (let i = 0; i < inputs; i++) {
      mean[i]! += rows[from + i]! / count;
      for (let j = 0; j < inputs; j++) gram[i * inputs + j]! += (rows[from + i]! * rows[from + j]!) / count;
    }
  return { gram, mean };
}

const mostOff = (a: Float32Array, b: Float64Array): number =>
  a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i]!)), 0);

test.each([
  [1, 1],
  [5, 9],
  [256, 64],
  [300, 65],
  [513, 200],
])('moments of %d rows of %d inputs, in parts of any size', (count, inputs) => {
  const rows = rowsOf(count, inputs);
  const wanted = expected(rows, inputs);
  for (const parts of [1, 3, count]) {
    const moments = momentsOf(rows, inputs, parts);
    expect(moments).toMatchObject({ inputs, count });
    // Values below 1, whose sums of 256 products are rounded 256 times at most.
    expect(mostOff(gramMatrix(moments), wanted.gram)).toBeLessThan(256 * 2 ** -24);
    expect(mostOff(inputMean(moments), wanted.mean)).toBeLessThan(2 ** -22);
  }
});

test('without rows everything is 0', () => {
  const moments = momentsCollector(3).moments();
  expect(gramMatrix(moments)).toEqual(new Float32Array(9));
  expect(inputMean(moments)).toEqual(new Float32Array(3));
});
