import { LowbitError } from '@lowbit/core/method';
import { stepRow, stepTable } from './steps.js';

/**
 * The loss D(k) that μL2Q has on normally distributed values: mean squared error at the exact step, in
 * variances. 0.3634 at 1 bit, 8.77e-5 at 8; each bit more gains 4.9 to 5.7 dB. Throws `unsupported-bits`
 * unless `bits` is an integer from 1 to 16.
 */
export function expectedLoss(bits: number): number {
  return stepRow(bits).loss;
}

/**
 * The expected squared error of a whole weight, E = n · σ² · D(k), in squared units of the weight.
 *
 * @param count number of values n, ≥ 0
 * @param deviation their standard deviation σ, ≥ 0
 * @param bits 1 … 16
 */
export function layerLoss(count: number, deviation: number, bits: number): number {
  return count * deviation ** 2 * expectedLoss(bits);
}

/**
 * The smallest number of bits whose loss D(k) is at most `epsilon` (in variances). Throws
 * `invalid-argument` when 16 bits do not reach it, that is, for an `epsilon` below 2.9e-9.
 */
export function bitsForLoss(epsilon: number): number {
  const row = stepTable.find(({ loss }) => loss <= epsilon);
  if (row !== undefined) return row.bits;
  throw new LowbitError({
    code: 'invalid-argument',
    where: 'bitsForLoss',
    expected: `a loss of at least ${expectedLoss(16).toExponential(2)} variances`,
    received: String(epsilon),
    remedy: 'Keep the weight at float32 when it must be more exact than 16 bits.',
  });
}
