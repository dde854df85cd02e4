import { seededRandom } from '@lowbit/core';
import { expect, test } from 'vitest';
import { cholesky } from './cholesky.js';

/** A positive definite matrix: Σ of `size + 5` rows x xᵀ. */
function gramOf(size: number): Float64Array {
  const random = seededRandom(size);
  const rows = Array.from({ length: size + 5 }, () =>
    Float64Array.from({ length: size }, () => random() - 0.4),
  );
  return Float64Array.from({ length: size * size }, (_, at) => {
    const [i, j] = [Math.floor(at / size), at % size];
    return rows.reduce((sum, x) => sum + x[i]! * x[j]!, 0);
  });
}

test.each([1, 2, 63, 64, 65, 128, 150])('the factor of a matrix of %d rows gives it back', (size) => {
  const a = gramOf(size);
  const r = a.slice();
  expect(cholesky(r, size)).toBe(true);
  let worst = 0;
  for (let i = 0; i < size; i++)
    for (let j = i; j < size; j++) {
      let sum = 0;
      for (let k = 0; k <= i; k++) sum += r[k * size + i]! * r[k * size + j]!;
      worst = Math.max(worst, Math.abs(sum - a[i * size + j]!));
    }
  // Sums of `size` products, each rounded once, of entries below 30.
  expect(worst).toBeLessThan(size * 30 * 2 ** -52);
});

test.each([3, 100])('a matrix of %d rows that is not positive definite is told', (size) => {
  const a = gramOf(size);
  a[size * size - 1] = 0;
  expect(cholesky(a, size)).toBe(false);
});
