import type { Ops } from '@lowbit/core/method';

/** Steps below this count as 0, as in stored scales: dividing by a subnormal float32 overflows. */
const smallestStep = 1e-38;

/**
 * The training form of μL2Q: mean β and deviation σ are those of the values themselves, one pair a row, so that the grid
 * follows the weights from step to step.
 *
 *     u = clip(⌊(x − β) / α⌋, −2^(k−1), 2^(k−1) − 1),   q = β + α·(u + ½),   α = λ·σ
 *
 * Equals decoding what was encoded with freshly fitted parameters, except for values within float32 rounding of the border
 * of two levels. A row whose σ² is below the smallest float32 (σ < 10⁻²²) becomes its mean.
 *
 * @param x `[slices, values a slice]`
 * @param bits k
 * @param step λ, in standard deviations
 */
export function measuredForward<T>(ops: Ops<T>, x: T, bits: number, step: number): T {
  const mean = ops.mean(x, [1]);
  const centred = ops.sub(x, mean);
  const deviation = ops.sqrt(ops.mean(ops.mul(centred, centred), [1]));
  const scale = ops.mul(deviation, ops.constant(step));
  const varies = ops.greater(scale, ops.constant(smallestStep));
  const divisor = ops.where(varies, scale, ops.constant(1));
  const half = 2 ** (bits - 1);
  const code = ops.clip(ops.floor(ops.div(centred, divisor)), -half, half - 1);
  const level = ops.add(ops.mul(ops.add(code, ops.constant(0.5)), scale), mean);
  return ops.where(varies, level, mean);
}
