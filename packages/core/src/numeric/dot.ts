import { checkNumbers } from '../errors/check-kinds.js';

type Numbers = Float32Array | Float64Array;

/**
 * Σ aᵢ bᵢ over `count` values from two places on, in double precision. Four sums go on side by side, as one alone waits for each of
 * its additions.
 */
export function dot(a: Numbers, aFrom: number, b: Numbers, bFrom: number, count: number): number {
  checkNumbers(a, 'dot(a, …)');
  checkNumbers(b, 'dot(…, b, …)');
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    s0 += (a[aFrom + i] as number) * (b[bFrom + i] as number);
    s1 += (a[aFrom + i + 1] as number) * (b[bFrom + i + 1] as number);
    s2 += (a[aFrom + i + 2] as number) * (b[bFrom + i + 2] as number);
    s3 += (a[aFrom + i + 3] as number) * (b[bFrom + i + 3] as number);
  }
  for (; i < count; i++) s0 += (a[aFrom + i] as number) * (b[bFrom + i] as number);
  return s0 + s1 + (s2 + s3);
}
