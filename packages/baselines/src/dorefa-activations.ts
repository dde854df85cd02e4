import { range, toScale, type FitContext, type Ops, type Site } from '@lowbit/core/method';
import { bestEnd } from './best-end.js';
import { constantGrid, withZero, type Affine } from './even-grid.js';
import { not } from './masks.js';
import { weightedPoints } from './weighted-points.js';

/** Even levels from 0 to 1 (`paper`), or to the end with the least squared error (`layer`). */
export function fitActivations(values: Float32Array, context: FitContext): Affine {
  const levels = 2 ** context.bits;
  const { statistics, normal } = context;
  if (values.length === 0 && statistics === undefined && normal === undefined) return constantGrid(levels, 0);
  if (context.options.scale === 'paper') {
    return { kind: 'affine', levels, scale: toScale(1 / (levels - 1)), offset: 0 };
  }
  const { min, max } = statistics ?? range(values);
  const gridTo = (end: number) => withZero(levels, 0, end);
  if (min === max || max <= 0) return gridTo(Math.max(max, 0));
  return gridTo(bestEnd(weightedPoints(values, context), max, gridTo));
}

/** The gradient where 0 ≤ x ≤ the highest level, 0 elsewhere. */
export function activationGradient<T>(ops: Ops<T>, x: T, dy: T, { parameters }: Site<T>): T {
  if (parameters.kind !== 'affine') return dy;
  const highest = ops.mul(parameters.scale, ops.constant(parameters.levels - 1));
  const notBelow = not(ops, ops.greater(ops.constant(0), x));
  const notAbove = not(ops, ops.greater(x, highest));
  return ops.mul(dy, ops.mul(notBelow, notAbove));
}
