// Search for the even grids of slices with the least squared error, four slices at a time: a lane of a vector is a slice. The
// caller gives slices of equal length one after the other at `searchValues`, and what is tried at `searchSteps`.
//
// While it searches, values are in steps of the grid over the range of their slice, so that float32 holds them whatever their size;
// a grid is then value = shift + step · code. They are rounded to a power of two of a step, so that all sums are exact: what is
// found does not depend on the order of the values, which is another one in each format of files. A grid that is tried is replaced by
// the one that fits its codes by least squares, of which sums tell the error without another look at the values. What is found is
// measured on the values themselves, with the arithmetic of float32, before it replaces the grid over the range; where sums tell that it
// is better by more than all roundings make, it replaces that at once.

export { addPart } from './grid-codes';
export {
  added,
  chooseCodes,
  lanes,
  searchCapacity,
  searchSteps,
  searchValues,
  searchZeros,
} from './grid-state';
export { capacity, maxs, mins, offsets, scales } from './kernels';

import { tryStep } from './grid-fit';
import { holdStart, measureBest } from './grid-measure';
import {
  anywhere,
  before,
  best,
  chooseLength,
  ends,
  half,
  held,
  highest,
  lanes,
  length,
  low,
  onLevel,
  parts,
  rawLanes,
  searchSteps,
  searchValues,
  searchZeros,
  start,
  stretch,
  unit,
  whole,
  zero,
  zeroPoint,
} from './grid-state';
import { highHalf, lowHalf, maxs, mins, offsets, scales } from './kernels';

/** A step that tries nothing: the best so far is measured. */
const measures: f32 = 2;

/** Searches the grids of `slices` slices of `values` values in some steps. */
export function searchGrids(slices: i32, values: i32, steps: i32): void {
  chooseLength(values);
  for (let first = 0; first < slices; first += 4) {
    loadSlices(first, slices);
    beginSearch(first << 2);
    for (let at: usize = searchSteps, end = at + 16 * <usize>steps; at < end; at += 16) {
      if (load<f32>(at) == measures) measureBest();
      else tryStep(at);
    }
    v128.store(scales + (first << 2), v128.load(held));
    v128.store(offsets + (first << 2), v128.load(held, 16));
  }
}

/** Puts four slices side by side, the last one again where there are fewer. */
function loadSlices(first: i32, slices: i32): void {
  const a = slice(first, slices);
  const b = slice(first + 1, slices);
  const c = slice(first + 2, slices);
  const d = slice(first + 3, slices);
  let least = f32x4.splat(Infinity);
  let most = f32x4.splat(-Infinity);
  let zeros = f32x4.splat(0);
  for (let at: usize = 0; at < <usize>(4 * length); at += 4) {
    let four = v128.load32_zero(a + at);
    four = v128.load_lane<f32>(b + at, four, 1);
    four = v128.load_lane<f32>(c + at, four, 2);
    four = v128.load_lane<f32>(d + at, four, 3);
    v128.store(rawLanes + 4 * at, four);
    least = f32x4.pmin(least, four);
    most = f32x4.pmax(most, four);
    zeros = f32x4.add(zeros, v128.and(f32x4.eq(four, f32x4.splat(0)), f32x4.splat(1)));
  }
  v128.store(mins + (first << 2), least);
  v128.store(maxs + (first << 2), most);
  v128.store(searchZeros + (first << 2), zeros);
}

function slice(index: i32, slices: i32): usize {
  return searchValues + 4 * <usize>(min(index, slices - 1) * length);
}

/** The grid over the range of each slice, and its values in steps of that. */
function beginSearch(at: i32): void {
  let least = v128.load(mins + at);
  let most = v128.load(maxs + at);
  if (zero != anywhere) {
    least = f32x4.pmin(f32x4.splat(0), least);
    most = f32x4.pmax(f32x4.splat(0), most);
  }
  const step = zero > onLevel ? symmetricStep(least, most) : stepOf(least, most);
  const inverse = f32x4.div(f32x4.splat(1), step);
  const lowest = lowestOf(least, most, inverse);
  const base = zero == anywhere ? least : f32x4.splat(0);
  const shift = f32x4.splat(zero == anywhere ? half : 0);
  v128.store(low, base);
  v128.store(unit, step);
  v128.store(start, f32x4.splat(1));
  v128.store(start, f32x4.splat(0), 16);
  v128.store(start, lowest, 32);
  v128.store(start, f32x4.add(lowest, f32x4.splat(highest)), 48);
  memory.copy(best, start, 64);
  v128.store(best, f64x2.splat(0), 64);
  v128.store(best, f64x2.splat(0), 80);
  v128.store(ends, placeOf(least, base, inverse, shift));
  v128.store(ends, placeOf(most, base, inverse, shift), 16);
  let a = f64x2.splat(0);
  let b = f64x2.splat(0);
  let squaresA = a;
  let squaresB = a;
  for (let i: usize = 0; i < <usize>(16 * length); i += 16) {
    if (i % stretch == 0) storeSums(before + i / (stretch / 64), a, b, squaresA, squaresB);
    const value = placeOf(v128.load(rawLanes + i), base, inverse, shift);
    v128.store(lanes + i, value);
    const valueA = lowHalf(value);
    const valueB = highHalf(value);
    a = f64x2.add(a, valueA);
    b = f64x2.add(b, valueB);
    squaresA = f64x2.add(squaresA, f64x2.mul(valueA, valueA));
    squaresB = f64x2.add(squaresB, f64x2.mul(valueB, valueB));
  }
  storeSums(whole, a, b, squaresA, squaresB);
  holdStart(step, zero == anywhere ? least : f32x4.mul(lowest, step));
}

/** A value in steps, rounded to parts of one. Larger values never come before smaller ones. */
function placeOf(value: v128, base: v128, inverse: v128, shift: v128): v128 {
  const steps = f32x4.sub(f32x4.mul(f32x4.sub(value, base), inverse), shift);
  return f32x4.mul(f32x4.nearest(f32x4.mul(steps, f32x4.splat(parts))), f32x4.splat(1 / parts));
}

function storeSums(at: usize, a: v128, b: v128, squaresA: v128, squaresB: v128): void {
  v128.store(at, a);
  v128.store(at, b, 16);
  v128.store(at, squaresA, 32);
  v128.store(at, squaresB, 48);
}

/** (most − least) / highest, in doubles. */
function stepOf(least: v128, most: v128): v128 {
  const steps = f64x2.splat(highest);
  const a = f64x2.div(f64x2.sub(lowHalf(most), lowHalf(least)), steps);
  const b = f64x2.div(f64x2.sub(highHalf(most), highHalf(least)), steps);
  return v128.shuffle<i32>(f32x4.demote_f64x2_zero(a), f32x4.demote_f64x2_zero(b), 0, 1, 4, 5);
}

/** The step with which the longer side ends at its last level, and the other one half a step beyond its own at most. */
function symmetricStep(least: v128, most: v128): v128 {
  const below = f32x4.neg(least);
  const long = f32x4.div(f32x4.pmax(below, most), f32x4.splat(half));
  // An odd number of levels has as many on both sides.
  if (highest == 2 * half) return long;
  return f32x4.pmax(long, f32x4.div(f32x4.pmin(below, most), f32x4.splat(half - 0.5)));
}

function lowestOf(least: v128, most: v128, inverse: v128): v128 {
  const middle = f32x4.splat(-half);
  if (zero == anywhere) return middle;
  if (zero == onLevel) return f32x4.neg(zeroPoint(f32x4.mul(f32x4.neg(least), inverse)));
  if (highest == 2 * half) return middle;
  return v128.bitselect(middle, f32x4.splat(1 - half), f32x4.ge(f32x4.neg(least), most));
}
