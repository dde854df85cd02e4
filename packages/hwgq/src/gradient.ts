import type { Ops } from '@lowbit/core/method';

/** The function whose derivative stands in for that of the half-wave levels, which is 0 almost everywhere. */
export type BackwardRule = 'vanilla' | 'clipped' | 'log-tailed';

/** The highest level, q_m. */
interface HighestLevel<T> {
  /** A column. */
  readonly top: T;
  /** For σ = 1. */
  readonly highest: number;
}

/**
 * The gradient with respect to x, with q_m the highest level and σ the deviation that it was scaled by:
 *
 *     vanilla       dy · 1[x > 0]
 *     clipped       dy · 1[0 < x ≤ q_m]
 *     log-tailed    dy · (1[0 < x ≤ q_m] + 1[x > q_m] · σ / (x − q_m + σ))
 */
export function halfWaveGradient<T>(
  ops: Ops<T>,
  x: T,
  dy: T,
  rule: BackwardRule,
  { top, highest }: HighestLevel<T>,
): T {
  const zero = ops.constant(0);
  const vanilla = ops.where(ops.greater(x, zero), dy, zero);
  if (rule === 'vanilla') return vanilla;
  const beyond = ops.greater(x, top);
  if (rule === 'clipped') return ops.where(beyond, zero, vanilla);
  const deviation = ops.mul(top, ops.constant(1 / highest));
  const distance = ops.where(beyond, ops.add(ops.sub(x, top), deviation), ops.constant(1));
  return ops.where(beyond, ops.div(ops.mul(dy, deviation), distance), vanilla);
}
