// The grid that is held of each slice: the one over its range, until a better one is found. What is found is measured on the values
// themselves, with the arithmetic of float32; where sums tell that it is better by more than all roundings make, it is held at once.

import { codeOf, cut, restOf } from './grid-codes';
import {
  anywhere,
  best,
  half,
  held,
  highest,
  keep,
  lanes,
  length,
  low,
  parts,
  rawLanes,
  start,
  total,
  unit,
  whole,
  zero,
} from './grid-state';
import { highHalf, lowHalf } from './kernels';

/** What is known of the grids that are held: they are those over the range; they were measured; they are others, and were not. */
const heldStart: i32 = 0;
const heldMeasured: i32 = 1;
const heldFound: i32 = 2;
/** Fewer parts leave more in doubt than searches gain. */
const finely: f32 = 256;
let holds: i32 = heldStart;

/** Holds the grids over the ranges. */
export function holdStart(step: v128, offset: v128): void {
  v128.store(held, step);
  v128.store(held, offset, 16);
  holds = heldStart;
}

/** Measures the best grid on the values themselves, and keeps it where it is better than what is held; surely better ones at once. */
export function measureBest(): void {
  const step = v128.load(unit);
  const scale = f32x4.mul(v128.load(best), step);
  let offset = f32x4.mul(v128.load(best, 32), scale);
  if (zero == anywhere) {
    const bottom = f32x4.mul(f32x4.splat(half), f32x4.sub(f32x4.splat(1), v128.load(best)));
    offset = f32x4.add(v128.load(low), f32x4.mul(step, f32x4.add(v128.load(best, 16), bottom)));
  }
  if (holds == heldStart && parts >= finely && isSurelyBetter()) {
    v128.store(held, scale);
    v128.store(held, offset, 16);
    holds = heldFound;
    return;
  }
  if (holds != heldMeasured) measureGrid(held);
  holds = heldMeasured;
  v128.store(total, scale);
  v128.store(total, offset, 16);
  measureGrid(total);
  const a = f64x2.lt(v128.load(total, 32), v128.load(held, 32));
  const b = f64x2.lt(v128.load(total, 48), v128.load(held, 48));
  const better = v128.shuffle<i32>(a, b, 0, 2, 4, 6);
  keep(held, total, better);
  keep(held + 16, total + 16, better);
  keep(held + 32, total + 32, a);
  keep(held + 48, total + 48, b);
}

/**
 * Whether the best grids of all four slices have smaller errors than those over the range, by more than what roundings add to the root of a
 * mean squared error: those of values to parts of a step, and those of float32 to steps and to values that are `reach` steps from 0.
 */
function isSurelyBetter(): bool {
  const step = v128.load(unit);
  const reach = f32x4.add(f32x4.div(f32x4.abs(v128.load(low)), step), f32x4.splat(2 * highest + 2));
  const rounding = f32x4.add(
    f32x4.splat(<f32>(0.5 / <f64>parts + 1 / 16384)),
    f32x4.mul(reach, f32x4.splat(1 / 4194304)),
  );
  const restA = restOf(0, length, whole, v128.load(best, 64));
  const restB = restOf(16, length, whole, v128.load(best, 80));
  const rest = v128.shuffle<i32>(f32x4.demote_f64x2_zero(restA), f32x4.demote_f64x2_zero(restB), 0, 1, 4, 5);
  const bound = f32x4.mul(rounding, f32x4.splat(<f32>(2 * Math.sqrt(<f64>length))));
  const most = f32x4.add(f32x4.sqrt(f32x4.max(f32x4.splat(0), rest)), bound);
  // What float32 lost of the sum.
  const least = f32x4.mul(startErrors(), f32x4.splat(<f32>(1 - <f64>length / 4194304)));
  const isBetter = f32x4.lt(f32x4.mul(most, most), least);
  const isOrdinary = v128.and(f32x4.gt(step, f32x4.splat(1e-30)), f32x4.lt(step, f32x4.splat(1e30)));
  return i32x4.all_true(v128.and(isBetter, isOrdinary));
}

/** The squared errors of the grids over the range, in steps, as float32 adds them up. */
function startErrors(): v128 {
  const lowest = v128.load(start, 32);
  const most = v128.load(start, 48);
  let errors = f32x4.splat(0);
  for (let i: usize = lanes, end = i + <usize>(16 * length); i < end; i += 16) {
    const value = v128.load(i);
    const rest = f32x4.sub(value, cut(f32x4.nearest(value), lowest, most));
    errors = f32x4.add(errors, f32x4.mul(rest, rest));
  }
  return errors;
}

/** The squared errors that the grids at `grid` (scales, offsets) make; two pairs of doubles behind them. */
function measureGrid(grid: usize): void {
  const scale = v128.load(grid);
  const offset = v128.load(grid, 16);
  const inverse = f32x4.div(f32x4.splat(1), scale);
  const most = f32x4.splat(highest);
  let a = f64x2.splat(0);
  let b = a;
  for (let i: usize = rawLanes, end = i + <usize>(16 * length); i < end; i += 16) {
    const value = v128.load(i);
    const code = cut(codeOf(value, offset, inverse), f32x4.splat(0), most);
    const rest = f32x4.sub(value, f32x4.add(f32x4.mul(scale, code), offset));
    const restA = lowHalf(rest);
    const restB = highHalf(rest);
    a = f64x2.add(a, f64x2.mul(restA, restA));
    b = f64x2.add(b, f64x2.mul(restB, restB));
  }
  v128.store(grid, a, 32);
  v128.store(grid, b, 48);
}
