import type { Ops } from '@lowbit/core/method';

/** 1 where the mask is 0, 0 where it is 1. */
export function not<T>(ops: Ops<T>, mask: T): T {
  return ops.sub(ops.constant(1), mask);
}

/** 1 where |x| ≤ 1, 0 elsewhere: the derivative of the hard hyperbolic tangent clip(x, −1, 1). */
export function withinOne<T>(ops: Ops<T>, x: T): T {
  return not(ops, ops.greater(ops.abs(x), ops.constant(1)));
}
