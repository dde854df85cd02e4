// Single relaxed operations, which the host checks before it trusts them.

/** Adds to the four sums at `to` the products of 16 bytes at `a` and `b`. */
export function probeDot(a: usize, b: usize, to: usize): void {
  if (ASC_FEATURE_RELAXED_SIMD)
    v128.store(to, i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(a), v128.load(b), v128.load(to)));
}

/** Writes to `to` the bytes of the table at `a` that the indices at `b` choose. */
export function probeSwizzle(a: usize, b: usize, to: usize): void {
  if (ASC_FEATURE_RELAXED_SIMD) v128.store(to, i8x16.relaxed_swizzle(v128.load(a), v128.load(b)));
}
