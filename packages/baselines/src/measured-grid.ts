import { nearestWithZeroPoint, type Ops, type Options } from '@lowbit/core/method';
import { sliceMax, sliceMin } from './slice-statistics.js';

/** Scales below this count as 0: dividing by a subnormal float32 overflows. */
const smallestScale = 1e-38;

/** A matrix on the grid of `levels` levels over the range of each row, as `spanning` would fit it. */
export function onSpannedGrid<T>(ops: Ops<T>, x: T, levels: number): T {
  const low = sliceMin(ops, x);
  const scale = ops.div(ops.sub(sliceMax(ops, x), low), ops.constant(levels - 1));
  return onGrid(ops, x, { levels, scale, offset: low });
}

/** A matrix on the grid over the range of each row extended to include 0, as `withZero` would fit it. */
export function onGridWithZero<T>(ops: Ops<T>, x: T, levels: number): T {
  const { scale, zeroPoint, varies } = gridWithZero(ops, x, levels);
  const offset = ops.sub(ops.constant(0), ops.mul(zeroPoint, scale));
  return ops.where(varies, onGrid(ops, x, { levels, scale, offset }), x);
}

/** The same as the operator `DynamicQuantizeLinear` computes it: rounding comes before the zero point. */
export function onDynamicGrid<T>(ops: Ops<T>, x: T, levels: number): T {
  const { scale, zeroPoint, varies } = gridWithZero(ops, x, levels);
  const steps = ops.div(x, divisor(ops, scale));
  return ops.where(varies, nearestWithZeroPoint(ops, steps, { levels, scale, zeroPoint }), x);
}

/** The grid of each row. A row whose values are all equal does not vary, and keeps them. */
function gridWithZero<T>(ops: Ops<T>, x: T, levels: number) {
  const zero = ops.constant(0);
  const [min, max] = [sliceMin(ops, x), sliceMax(ops, x)];
  const low = ops.where(ops.greater(zero, min), min, zero);
  const high = ops.where(ops.greater(max, zero), max, zero);
  const scale = ops.div(ops.sub(high, low), ops.constant(levels - 1));
  const steps = ops.div(ops.sub(zero, low), divisor(ops, scale));
  const zeroPoint = ops.clip(ops.round(steps), 0, levels - 1);
  return { scale, zeroPoint, varies: ops.greater(max, min) };
}

/** A matrix on the symmetric grid −largest … largest times a step that reaches the largest size of each row. */
export function onSymmetricGrid<T>(ops: Ops<T>, x: T, largest: number): T {
  const scale = ops.div(sliceMax(ops, ops.abs(x)), ops.constant(largest));
  const code = ops.clip(ops.round(ops.div(x, divisor(ops, scale))), -largest, largest);
  return ops.mul(code, scale);
}

/** A matrix on the grid of 2^bits levels around 0 over the range of each row, as `fullGrid` would fit it. */
export function onFullGrid<T>(ops: Ops<T>, x: T, bits: number): T {
  const half = 2 ** (bits - 1);
  const zero = ops.constant(0);
  const positive = (side: T) => ops.where(ops.greater(side, zero), side, zero);
  const [below, above] = [positive(ops.sub(zero, sliceMin(ops, x))), positive(sliceMax(ops, x))];
  const isAbove = ops.greater(above, below);
  const long = ops.div(ops.where(isAbove, above, below), ops.constant(half));
  const short = ops.div(ops.where(isAbove, below, above), ops.constant(half - 0.5));
  const scale = ops.where(ops.greater(long, short), long, short);
  const zeroPoint = ops.where(isAbove, ops.constant(half - 1), ops.constant(half));
  return onGrid(ops, x, { levels: 2 * half, scale, offset: ops.sub(zero, ops.mul(zeroPoint, scale)) });
}

/** A matrix on a symmetric grid over the range of each row, with as many levels as the option `levels` says. */
export function onSymmetricGridOf<T>(ops: Ops<T>, x: T, bits: number, { levels }: Options): T {
  return levels === 'odd' ? onSymmetricGrid(ops, x, 2 ** (bits - 1) - 1) : onFullGrid(ops, x, bits);
}

interface ColumnGrid<T> {
  readonly levels: number;
  readonly scale: T;
  readonly offset: T;
}

function onGrid<T>(ops: Ops<T>, x: T, { levels, scale, offset }: ColumnGrid<T>): T {
  const code = ops.round(ops.div(ops.sub(x, offset), divisor(ops, scale)));
  return ops.add(ops.mul(ops.clip(code, 0, levels - 1), scale), offset);
}

function divisor<T>(ops: Ops<T>, scale: T): T {
  return ops.where(ops.greater(scale, ops.constant(smallestScale)), scale, ops.constant(1));
}
