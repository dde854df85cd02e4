/**
 * The arithmetic that forward and backward passes of quantizers are written in, once, for every framework.
 * `T` is a tensor of float32 values in that framework. Binary operators broadcast as numpy does. Masks are
 * tensors of 0 and 1. Interpreters round each result to float32.
 */
export interface Ops<T> {
  /** A tensor from numbers; a bare number has shape `[]`. */
  constant(value: number | { readonly shape: readonly number[]; readonly data: ArrayLike<number> }): T;
  add(a: T, b: T): T;
  sub(a: T, b: T): T;
  mul(a: T, b: T): T;
  /** Division; the quantizers guard against a divisor of 0 themselves. */
  div(a: T, b: T): T;
  abs(a: T): T;
  /** Square root of values that are not negative. */
  sqrt(a: T): T;
  /** Hyperbolic tangent. */
  tanh(a: T): T;
  /** +1 where a ≥ 0, −1 elsewhere: sign(0) = +1. */
  sign(a: T): T;
  /** Nearest integer, ties to even. */
  round(a: T): T;
  floor(a: T): T;
  /** min(max(a, low), high). */
  clip(a: T, low: number, high: number): T;
  /** 1 where a > b, 0 elsewhere. */
  greater(a: T, b: T): T;
  /** `yes` where the mask is 1, `no` where it is 0. */
  where(mask: T, yes: T, no: T): T;
  /** Mean over the given axes (all of them by default), which stay as axes of length 1. */
  mean(a: T, axes?: readonly number[]): T;
  /** Largest value over the given axes (all of them by default), which stay as axes of length 1. */
  max(a: T, axes?: readonly number[]): T;
}
