import type { Ops } from '@lowbit/core/method';

/**
 * The gradient of weights that training keeps within [−1, 1]: `dy`, but 0 where a step against it would move a
 * weight that has left the interval further out.
 *
 * The papers clip the trained weight after every step. A quantizer sees only gradients, and this is what it can do: a
 * weight passes ±1 by one step at most and can always come back. (The mask 1[|x| ≤ 1] would lock it out for good.)
 */
export function clippedMasters<T>(ops: Ops<T>, x: T, dy: T): T {
  const zero = ops.constant(0);
  const outside = ops.greater(ops.abs(x), ops.constant(1));
  const outward = ops.greater(zero, ops.mul(dy, ops.sign(x)));
  return ops.where(ops.mul(outside, outward), zero, dy);
}
