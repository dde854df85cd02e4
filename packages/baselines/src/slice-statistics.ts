import type { Ops } from '@lowbit/core/method';

/** A slice is a row of the matrix `[slices, values a slice]`; its statistics are columns `[slices, 1]`. */
const alongSlice = [1];

/** The mean of each slice. */
export function sliceMean<T>(ops: Ops<T>, x: T): T {
  return ops.mean(x, alongSlice);
}

/** The largest value of each slice. */
export function sliceMax<T>(ops: Ops<T>, x: T): T {
  return ops.max(x, alongSlice);
}

/** The smallest value of each slice. */
export function sliceMin<T>(ops: Ops<T>, x: T): T {
  const mirrored = ops.sub(ops.constant(0), x);
  return ops.sub(ops.constant(0), sliceMax(ops, mirrored));
}
