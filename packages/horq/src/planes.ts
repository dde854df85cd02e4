import type { Ops } from '@lowbit/core/method';

/** One step of the recursion on a matrix: what was left before it, its signs and, a column, its scales. */
export interface Plane<T> {
  readonly rest: T;
  readonly sign: T;
  readonly scale: T;
}

/**
 * The residual recursion on a matrix x, row by row:
 *
 *     R₀ = x,   H_k = sgn(R_{k−1}),   R_k = R_{k−1} − β_k · H_k,   k = 1 … order
 *
 * @param scaleOf β_k, a column, from R_{k−1} and k − 1
 */
export function residualPlanes<T>(
  ops: Ops<T>,
  x: T,
  order: number,
  scaleOf: (rest: T, plane: number) => T,
): readonly Plane<T>[] {
  const planes: Plane<T>[] = [];
  let rest = x;
  for (let plane = 0; plane < order; plane++) {
    const sign = ops.sign(rest);
    const scale = scaleOf(rest, plane);
    planes.push({ rest, sign, scale });
    rest = ops.sub(rest, ops.mul(scale, sign));
  }
  return planes;
}

/** β = mean |R| of each row: the scale that loses least with the signs of R. */
export function meanMagnitude<T>(ops: Ops<T>, rest: T): T {
  return ops.mean(ops.abs(rest), [1]);
}

/** Σ β_k · H_k. */
export function sumOfPlanes<T>(ops: Ops<T>, planes: readonly Plane<T>[]): T {
  return planes.map(({ sign, scale }) => ops.mul(scale, sign)).reduce((sum, term) => ops.add(sum, term));
}
