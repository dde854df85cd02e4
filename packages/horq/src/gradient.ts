import type { Ops } from '@lowbit/core/method';
import type { Plane } from './planes.js';

/** dy · 1[|x| ≤ 1]. */
export function clippedGradient<T>(ops: Ops<T>, x: T, dy: T): T {
  return ops.where(ops.greater(ops.abs(x), ops.constant(1)), ops.constant(0), dy);
}

/**
 * The gradient through the recursion, where each sign has the clipped derivative M_k = 1[|R_{k−1}| ≤ 1]. From v_K = dy,
 * the gradient with respect to the last residual up to its sign, back to k = 1:
 *
 *     v_{k−1} = v_k − β_k · M_k · v_k − H_k · mean(v_k · H_k),   dx = dy − v_0
 *
 * The last term is the influence of x on the scales, as β_k = mean |R_{k−1}|; without it β_k counts as a constant and
 * dx = dy · (1 − Π_k (1 − β_k · M_k)).
 *
 * @param scales whether the influence on the scales is included
 */
export function chainGradient<T>(ops: Ops<T>, planes: readonly Plane<T>[], dy: T, scales: boolean): T {
  let through = dy;
  for (const { rest, sign, scale } of planes.toReversed()) {
    const bySign = ops.mul(scale, clippedGradient(ops, rest, through));
    const byScale = scales ? ops.mul(sign, ops.mean(ops.mul(through, sign), [1])) : ops.constant(0);
    through = ops.sub(through, ops.add(bySign, byScale));
  }
  return ops.sub(dy, through);
}
