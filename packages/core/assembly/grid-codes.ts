// The codes of four slices on a grid that is tried, and what these add up to: sums of codes, of their squares, and of codes times values
// tell the error of the grid that fits the codes by least squares, without another look at the values.

import {
  added,
  anywhere,
  before,
  chooseLength,
  ends,
  highest,
  lanes,
  length,
  limit,
  stretch,
  trial,
  zero,
} from './grid-state';
import { highHalf, lowHalf } from './kernels';

/** Whether codes are cut to the ends of the grid: types, so that there are loops of each. */
type Cut = i32;
type Kept = f32;

/** Values whose sums float32 holds exactly. */
const block: usize = 16;
/**
 * Of one slice that is longer than memory: codes `count` of its values, in steps, a multiple of 4 of them at `lanes`, on one grid and adds
 * up the codes at `added`, the sums of which are then those of four parts of the values.
 */
export function addPart(count: i32, step: f32, shift: f32, lowest: f32): void {
  chooseLength(count >> 2);
  v128.store(trial, f32x4.splat(step));
  v128.store(trial, f32x4.splat(shift), 16);
  v128.store(trial, f32x4.splat(lowest), 32);
  v128.store(trial, f32x4.splat(lowest + highest), 48);
  addCodes<Cut>(f32x4.div(f32x4.splat(1), v128.load(trial)), false);
}

/**
 * Codes all values on the trial grid and adds up the codes: blocks in float32, of which the sums are added as doubles. Where it `gives`
 * up, it says so as soon as no slice can have a smaller error than with the best grid.
 */
export function addBlocks(gives: bool): bool {
  const inverse = f32x4.div(f32x4.splat(1), v128.load(trial));
  return holdsEnds(inverse) ? addCodes<Kept>(inverse, gives) : addCodes<Cut>(inverse, gives);
}

/** Whether the grids reach beyond all values, so that no code is cut. */
function holdsEnds(inverse: v128): bool {
  const shift = v128.load(trial, 16);
  const first = f32x4.ge(codeOf(v128.load(ends), shift, inverse), v128.load(trial, 32));
  const last = f32x4.le(codeOf(v128.load(ends, 16), shift, inverse), v128.load(trial, 48));
  return i32x4.all_true(v128.and(first, last));
}

function addCodes<T>(inverse: v128, gives: bool): bool {
  const shift = v128.load(trial, 16);
  const lowest = v128.load(trial, 32);
  const most = v128.load(trial, 48);
  for (let at = added; at < added + 96; at += 16) v128.store(at, f64x2.splat(0));
  for (let i: usize = lanes, end = i + <usize>(16 * length); i < end;) {
    let codes = f32x4.splat(0);
    let squares = f32x4.splat(0);
    let products = f32x4.splat(0);
    const stop = min(end, i + 16 * block);
    for (; i + 64 <= stop; i += 64) {
      const valueA = v128.load(i);
      const valueB = v128.load(i, 16);
      const valueC = v128.load(i, 32);
      const valueD = v128.load(i, 48);
      const a = cutCode<T>(codeOf(valueA, shift, inverse), lowest, most);
      const b = cutCode<T>(codeOf(valueB, shift, inverse), lowest, most);
      const c = cutCode<T>(codeOf(valueC, shift, inverse), lowest, most);
      const d = cutCode<T>(codeOf(valueD, shift, inverse), lowest, most);
      codes = f32x4.add(codes, addFour(a, b, c, d));
      squares = f32x4.add(
        squares,
        addFour(f32x4.mul(a, a), f32x4.mul(b, b), f32x4.mul(c, c), f32x4.mul(d, d)),
      );
      const first = addFour(
        f32x4.mul(a, valueA),
        f32x4.mul(b, valueB),
        f32x4.mul(c, valueC),
        f32x4.mul(d, valueD),
      );
      products = f32x4.add(products, first);
    }
    for (; i < stop; i += 16) {
      const value = v128.load(i);
      const code = cutCode<T>(codeOf(value, shift, inverse), lowest, most);
      codes = f32x4.add(codes, code);
      squares = f32x4.add(squares, f32x4.mul(code, code));
      products = f32x4.add(products, f32x4.mul(code, value));
    }
    addTo(added, lowHalf(codes), highHalf(codes));
    addTo(added + 32, lowHalf(squares), highHalf(squares));
    addTo(added + 64, lowHalf(products), highHalf(products));
    if (gives && (i - lanes) % stretch == 0 && i < end && isWorse(i - lanes)) return true;
  }
  return false;
}

/** Whether the values up to a place have errors already that are as large as those of all values on the best grid, in all slices. */
function isWorse(bytes: usize): bool {
  const sums = before + bytes / (stretch / 64);
  const count = <f64>(bytes >> 4);
  for (let pair: usize = 0; pair < 32; pair += 16) {
    const error = restOf(pair, count, sums, toldOf(pair, count, sums));
    if (!i64x2.all_true(f64x2.gt(error, v128.load(limit + pair)))) return false;
  }
  return true;
}

/**
 * What the first `count` values of two slices have in common with their codes, which the grid that fits these by least squares tells of
 * them; times `count`, where 0 may lie anywhere.
 */
export function toldOf(pair: usize, count: f64, sums: usize): v128 {
  const codes = v128.load(added + pair);
  const squares = v128.load(added + pair, 32);
  const products = v128.load(added + pair, 64);
  if (zero != anywhere) return f64x2.mul(f64x2.div(products, squares), products);
  const all = f64x2.splat(count);
  const spread = f64x2.sub(f64x2.mul(all, squares), f64x2.mul(codes, codes));
  const shared = f64x2.sub(f64x2.mul(all, products), f64x2.mul(codes, v128.load(sums + pair)));
  return f64x2.mul(f64x2.div(shared, spread), shared);
}

/** The squared errors that are left of what such a grid does not tell. */
export function restOf(pair: usize, count: f64, sums: usize, told: v128): v128 {
  const sum = v128.load(sums + pair);
  const energy = v128.load(sums + pair, 32);
  if (zero != anywhere) return f64x2.sub(energy, told);
  const left = f64x2.add(f64x2.mul(sum, sum), told);
  return f64x2.sub(energy, f64x2.mul(left, f64x2.splat(1 / count)));
}

export function codeOf(value: v128, shift: v128, inverse: v128): v128 {
  return f32x4.nearest(f32x4.mul(f32x4.sub(value, shift), inverse));
}

/** A code that lies beyond the ends of its grid becomes the last one there. */
export function cut(place: v128, lowest: v128, most: v128): v128 {
  return f32x4.pmin(most, f32x4.pmax(lowest, place));
}

function cutCode<T>(place: v128, lowest: v128, most: v128): v128 {
  return isInteger<T>() ? cut(place, lowest, most) : place;
}

function addFour(a: v128, b: v128, c: v128, d: v128): v128 {
  return f32x4.add(f32x4.add(a, b), f32x4.add(c, d));
}

/** The same for codes whose squares float32 does not hold. */
export function addPairs(): void {
  const shift = v128.load(trial, 16);
  const lowest = v128.load(trial, 32);
  const most = v128.load(trial, 48);
  const inverse = f32x4.div(f32x4.splat(1), v128.load(trial));
  for (let at = added; at < added + 96; at += 16) v128.store(at, f64x2.splat(0));
  for (let i: usize = lanes, end = i + <usize>(16 * length); i < end; i += 16) {
    const value = v128.load(i);
    const code = cutCode<Cut>(codeOf(value, shift, inverse), lowest, most);
    const a = lowHalf(code);
    const b = highHalf(code);
    addTo(added, a, b);
    addTo(added + 32, f64x2.mul(a, a), f64x2.mul(b, b));
    addTo(added + 64, f64x2.mul(a, lowHalf(value)), f64x2.mul(b, highHalf(value)));
  }
}

function addTo(at: usize, a: v128, b: v128): void {
  v128.store(at, f64x2.add(v128.load(at), a));
  v128.store(at, f64x2.add(v128.load(at, 16), b), 16);
}
