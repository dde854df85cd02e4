// Search for the even grids of slices with the least squared error, four slices at a time: a lane of a vector is a slice. The
// caller gives slices of equal length one after the other at `searchValues`, and what is tried at `searchSteps`.
//
// While it searches, values are in steps of the grid over the range of their slice, so that float32 holds them whatever their size;
// a grid is then value = shift + step · code. They are rounded to a power of two of a step, so that all sums are exact: what is
// found does not depend on the order of the values, which is another one in each format of files. A grid that is tried is replaced by
// the one that fits its codes by least squares, of which sums tell the error without another look at the values. What is found is
// measured on the values themselves, with the arithmetic of float32, before it replaces the grid over the range; where sums tell that it
// is better by more than all roundings make, it replaces that at once.

export { capacity, maxs, mins, offsets, scales } from './kernels';

import { highHalf, lowHalf, maxs, mins, offsets, scales } from './kernels';

/** Most values of all slices together; most slices are as many as `capacity`. */
export const searchCapacity: i32 = 262144;

export const searchZeros: usize = 98304;
/** Four float32 a step: origin, low, high, rounds. */
export const searchSteps: usize = 114688;
const places: usize = 122880;
export const searchValues: usize = 131072;
/** Four slices with their values side by side: as they are, and in steps. */
const rawLanes: usize = 1179648;
export const lanes: usize = 2228224;
/** What the values add up to before each stretch, and their squares: a pair of doubles for two slices each, 64 bytes a stretch. */
const before: usize = 3276800;

/** What a step begins with: the grid over the range, or the best so far; or nothing, and the best is measured. */
const fromRange: f32 = 0;
const measures: f32 = 2;

/** Whether codes are cut to the ends of the grid: types, so that there are loops of each. */
type Cut = i32;
type Kept = f32;

/** Where 0 lies on the grid. */
const anywhere: i32 = 0;
const onLevel: i32 = 1;

// State of four slices, 16 bytes each.
const low: usize = places;
const unit: usize = places + 16;
const start: usize = places + 32; // step, shift, lowest and highest code
const best: usize = places + 96; // the same, then what it tells (two pairs of doubles)
const trial: usize = places + 192; // step, shift, lowest and highest code
const refit: usize = places + 288; // step, shift
const held: usize = places + 320; // scale, offset, errors (two pairs of doubles)
const total: usize = places + 384;
const whole: usize = places + 448; // sums of the values, and of their squares (each two pairs of doubles)
export const added: usize = places + 512; // sums of codes, their squares, and codes times values (each two pairs of doubles)
const limit: usize = places + 608; // errors from which on a grid cannot be better than the best (two pairs of doubles)
const ends: usize = places + 640; // the smallest and the largest value, in steps

/** Values whose sums float32 holds exactly. */
const block: usize = 16;
/** Values after which it is looked whether a grid can be the best still, in bytes of four slices. */
const stretch: usize = 16 * 64;
/** What is known of the grids that are held: they are those over the range; they were measured; they are others, and were not. */
const heldStart: i32 = 0;
const heldMeasured: i32 = 1;
const heldFound: i32 = 2;
/** Part of the energy that errors may be off by, far above what rounding makes of it. */
const slack: f64 = 1e-9;

// What all slices of a search have: codes go from 0 to `highest`, the middle one is `half`.
let length: i32 = 0;
let highest: f32 = 0;
let half: f32 = 0;
let zero: i32 = 0;
/** Parts of a step that values are rounded to, a power of two. */
let parts: f32 = 1;
/** Fewer parts leave more in doubt than searches gain. */
const finely: f32 = 256;
let holds: i32 = heldStart;

/** Says which codes the following searches have, where 0 lies, and to which parts of a step values are rounded. */
export function chooseCodes(most: f32, middle: f32, place: i32, fine: f32): void {
  highest = most;
  half = middle;
  zero = place;
  parts = fine;
}

/** Searches the grids of `slices` slices of `values` values in some steps. */
export function searchGrids(slices: i32, values: i32, steps: i32): void {
  length = values;
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
  v128.store(held, step);
  v128.store(held, zero == anywhere ? least : f32x4.mul(lowest, step), 16);
  holds = heldStart;
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

function zeroPoint(place: v128): v128 {
  return f32x4.pmin(f32x4.splat(highest), f32x4.pmax(f32x4.splat(0), f32x4.nearest(place)));
}

/** Moves the ends of a grid inwards by shares of its width, refits it, in more rounds where it says so, and keeps what is better than the best. */
function tryStep(at: usize): void {
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

function keep(to: usize, from: usize, better: v128): void {
  v128.store(to, v128.bitselect(v128.load(from), v128.load(to), better));
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

/**
 * Of one slice that is longer than memory: codes `count` of its values, in steps, a multiple of 4 of them at `lanes`, on one grid and adds
 * up the codes at `added`, the sums of which are then those of four parts of the values.
 */
export function addPart(count: i32, step: f32, shift: f32, lowest: f32): void {
  length = count >> 2;
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
function addBlocks(gives: bool): bool {
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
function toldOf(pair: usize, count: f64, sums: usize): v128 {
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
function restOf(pair: usize, count: f64, sums: usize, told: v128): v128 {
  const sum = v128.load(sums + pair);
  const energy = v128.load(sums + pair, 32);
  if (zero != anywhere) return f64x2.sub(energy, told);
  const left = f64x2.add(f64x2.mul(sum, sum), told);
  return f64x2.sub(energy, f64x2.mul(left, f64x2.splat(1 / count)));
}

function codeOf(value: v128, shift: v128, inverse: v128): v128 {
  return f32x4.nearest(f32x4.mul(f32x4.sub(value, shift), inverse));
}

function cutCode<T>(place: v128, lowest: v128, most: v128): v128 {
  return isInteger<T>() ? f32x4.pmin(most, f32x4.pmax(lowest, place)) : place;
}

function addFour(a: v128, b: v128, c: v128, d: v128): v128 {
  return f32x4.add(f32x4.add(a, b), f32x4.add(c, d));
}

/** The same for codes whose squares float32 does not hold. */
function addPairs(): void {
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

/** Measures the best grid on the values themselves, and keeps it where it is better than what is held; surely better ones at once. */
function measureBest(): void {
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
    const rest = f32x4.sub(value, cutCode<Cut>(f32x4.nearest(value), lowest, most));
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
    const code = cutCode<Cut>(codeOf(value, offset, inverse), f32x4.splat(0), most);
    const rest = f32x4.sub(value, f32x4.add(f32x4.mul(scale, code), offset));
    const restA = lowHalf(rest);
    const restB = highHalf(rest);
    a = f64x2.add(a, f64x2.mul(restA, restA));
    b = f64x2.add(b, f64x2.mul(restB, restB));
  }
  v128.store(grid, a, 32);
  v128.store(grid, b, 48);
}
