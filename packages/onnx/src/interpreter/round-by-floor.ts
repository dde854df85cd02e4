import type { Ops } from '@lowbit/core';

/** From here on every float32 is an integer, infinities among them, which have no rest. */
const allIntegers = 2 ** 23;

/** Rounds to the nearest integer, ties to even, for operator sets that have no `Round`. Exact for every float32. */
export function roundByFloor<T>(ops: Ops<T>, a: T): T {
  const [none, half, one, two] = [0, 0.5, 1, 2].map((value) => ops.constant(value)) as [T, T, T, T];
  const whole = ops.floor(a);
  const rest = ops.sub(a, whole);
  const odd = ops.sub(whole, ops.mul(two, ops.floor(ops.mul(whole, half))));
  const upToHalf = ops.where(ops.greater(half, rest), none, odd);
  const rounded = ops.add(whole, ops.where(ops.greater(rest, half), one, upToHalf));
  return ops.where(ops.greater(ops.constant(allIntegers), ops.abs(a)), rounded, a);
}
