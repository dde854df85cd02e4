// One step of a search: the ends of a grid are moved, its codes are fitted by least squares, and the best grid of each slice is kept.

import { addBlocks, addPairs, restOf, toldOf } from './grid-codes';
import {
  added,
  anywhere,
  best,
  highest,
  keep,
  length,
  limit,
  onLevel,
  refit,
  start,
  trial,
  whole,
  zero,
  zeroPoint,
} from './grid-state';

/** What a step begins with: the grid over the range, or else the best so far. */
const fromRange: f32 = 0;
/** Part of the energy that errors may be off by, far above what rounding makes of it. */
const slack: f64 = 1e-9;

/** Moves the ends of a grid inwards by shares of its width, refits it, in more rounds where it says so, and keeps what is better than the best. */
export function tryStep(at: usize): void {
  moveEnds(load<f32>(at) == fromRange ? start : best, at);
  let rounds = <i32>load<f32>(at, 12);
  // What has one round counts only where it is better than the best.
  const gives = rounds == 0;
  if (gives) limitErrors();
  for (; ; rounds--) {
    if (highest >= 256) addPairs();
    else if (addBlocks(gives)) return;
    keepBetter();
    if (rounds == 0) return;
    refitTrial();
    // What is refitted to the same grid stays there.
    if (isRefitted()) return;
    v128.store(trial, v128.load(refit));
    v128.store(trial, v128.load(refit, 16), 16);
  }
}

/** Keeps the grid that fits the codes of the trial in those slices in which it tells more than the best. */
function keepBetter(): void {
  const toldA = toldOf(0, length, whole);
  const toldB = toldOf(16, length, whole);
  const a = f64x2.gt(toldA, v128.load(best, 64));
  const b = f64x2.gt(toldB, v128.load(best, 80));
  const better = v128.shuffle<i32>(a, b, 0, 2, 4, 6);
  if (!v128.any_true(better)) return;
  refitTrial();
  keep(best, refit, better);
  keep(best + 16, refit + 16, better);
  keep(best + 32, trial + 32, better);
  keep(best + 48, trial + 48, better);
  v128.store(best, v128.bitselect(toldA, v128.load(best, 64), a), 64);
  v128.store(best, v128.bitselect(toldB, v128.load(best, 80), b), 80);
}

function limitErrors(): void {
  for (let pair: usize = 0; pair < 32; pair += 16) {
    const energy = v128.load(whole + pair, 32);
    const rest = restOf(pair, length, whole, v128.load(best + pair, 64));
    v128.store(limit + pair, f64x2.add(rest, f64x2.mul(energy, f64x2.splat(slack))));
  }
}

function isRefitted(): bool {
  const step = f32x4.eq(v128.load(trial), v128.load(refit));
  const shift = f32x4.eq(v128.load(trial, 16), v128.load(refit, 16));
  return i32x4.all_true(v128.and(step, shift));
}

function moveEnds(from: usize, at: usize): void {
  const step = v128.load(from);
  const shift = v128.load(from, 16);
  const lowest = v128.load(from, 32);
  const width = f32x4.mul(step, f32x4.splat(highest));
  const lowMove = f32x4.mul(width, v128.load32_splat(at, 4));
  const highMove = f32x4.mul(width, v128.load32_splat(at, 8));
  let bottom = f32x4.add(f32x4.add(shift, f32x4.mul(step, lowest)), lowMove);
  let top = f32x4.sub(f32x4.add(shift, f32x4.mul(step, v128.load(from, 48))), highMove);
  if (zero == onLevel) {
    bottom = f32x4.pmin(f32x4.splat(0), bottom);
    top = f32x4.pmax(f32x4.splat(0), top);
  }
  const moved = f32x4.div(f32x4.sub(top, bottom), f32x4.splat(highest));
  const newLowest = zero == onLevel ? f32x4.neg(zeroPoint(f32x4.div(f32x4.neg(bottom), moved))) : lowest;
  v128.store(trial, moved);
  v128.store(trial, zero == anywhere ? f32x4.sub(bottom, f32x4.mul(moved, newLowest)) : f32x4.splat(0), 16);
  v128.store(trial, newLowest, 32);
  v128.store(trial, f32x4.add(newLowest, f32x4.splat(highest)), 48);
}

/** The grid that fits the codes of the trial by least squares. */
function refitTrial(): void {
  const step = v128.load(trial);
  const shift = v128.load(trial, 16);
  const a = fittedStep(0);
  const b = fittedStep(16);
  const fitted = v128.shuffle<i32>(f32x4.demote_f64x2_zero(a), f32x4.demote_f64x2_zero(b), 0, 1, 4, 5);
  let fittedShift = f32x4.splat(0);
  if (zero == anywhere) {
    const first = f32x4.demote_f64x2_zero(shiftOf(0, a));
    const last = f32x4.demote_f64x2_zero(shiftOf(16, b));
    fittedShift = v128.shuffle<i32>(first, last, 0, 1, 4, 5);
  }
  // Where all values have one code there is nothing to fit.
  const fits = v128.and(f32x4.gt(fitted, f32x4.splat(0)), f32x4.lt(fitted, f32x4.splat(Infinity)));
  v128.store(refit, v128.bitselect(fitted, step, fits));
  v128.store(refit, v128.bitselect(fittedShift, shift, fits), 16);
}

function fittedStep(pair: usize): v128 {
  const codes = v128.load(added + pair);
  const squares = v128.load(added + pair, 32);
  const products = v128.load(added + pair, 64);
  if (zero != anywhere) return f64x2.div(products, squares);
  const count = f64x2.splat(length);
  const spread = f64x2.sub(f64x2.mul(count, squares), f64x2.mul(codes, codes));
  const shared = f64x2.sub(f64x2.mul(count, products), f64x2.mul(codes, v128.load(whole + pair)));
  return f64x2.div(shared, spread);
}

function shiftOf(pair: usize, step: v128): v128 {
  const rest = f64x2.sub(v128.load(whole + pair), f64x2.mul(step, v128.load(added + pair)));
  // By a power of two, dividing and multiplying give the same, and the latter is faster.
  return (length & (length - 1)) == 0
    ? f64x2.mul(rest, f64x2.splat(1 / <f64>length))
    : f64x2.div(rest, f64x2.splat(length));
}
