// Loops over the values of a weight, four at a time (AssemblyScript; `npm run build:kernels` compiles it). The caller fills the
// arrays below with a block: rows of `width` values, a multiple of 4. What belongs to slices is given once for every value
// of a row where each of them belongs to a slice of its own (`each`), once for every row where all of them belong to one.

/** Most values of a block. */
export const capacity: i32 = 4096;

// Where the arrays lie in memory, in bytes: float32 but for codes (bytes), sums (float64), tables (int32).
export const values: usize = 0;
export const scales: usize = 16384;
export const offsets: usize = 32768;
export const mins: usize = 49152;
export const maxs: usize = 65536;
export const codes: usize = 81920;
export const sums: usize = 86016;
export const tables: usize = 86080;

/** 1.5 · 2^52: adding and subtracting it rounds to an integer, ties to even. */
const roundingShift: f64 = 6755399441055744;

export function lowHalf(values: v128): v128 {
  return f64x2.promote_low_f32x4(values);
}

export function highHalf(values: v128): v128 {
  return f64x2.promote_low_f32x4(
    i8x16.shuffle(values, values, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7),
  );
}

/** Integers of two pairs of doubles, as four of 32 bits. */
export function joinIntegers(low: v128, high: v128): v128 {
  return v128.shuffle<i32>(i32x4.trunc_sat_f64x2_s_zero(low), i32x4.trunc_sat_f64x2_s_zero(high), 0, 1, 4, 5);
}

/** Codes of two values before they become integers: clamp(round((x − low) / scale)), 0 where the scale is 0. */
export function codesOfTwo(value: v128, scale: v128, offset: v128, middle: v128, highest: v128): v128 {
  const zero = f64x2.splat(0);
  const step = v128.bitselect(f64x2.splat(Infinity), scale, f64x2.eq(scale, zero));
  const position = f64x2.div(f64x2.sub(value, f64x2.sub(offset, f64x2.mul(scale, middle))), step);
  const shift = f64x2.splat(roundingShift);
  const code = f64x2.sub(f64x2.add(position, shift), shift);
  return f64x2.pmin(f64x2.pmax(code, zero), highest);
}

/** Codes of values on even grids: value = scale · (code − middle) + offset. One byte a code. */
export function encode(rows: i32, width: i32, each: bool, middle: f64, highest: f64): void {
  const middles = f64x2.splat(middle);
  const most = f64x2.splat(highest);
  let at: usize = 0;
  let slice: usize = 0;
  for (let row = 0; row < rows; row++) {
    let scale = v128.load32_splat(scales + slice);
    let offset = v128.load32_splat(offsets + slice);
    for (const end = at + width; at < end; at += 4) {
      if (each) {
        scale = v128.load(scales + slice);
        offset = v128.load(offsets + slice);
        slice += 16;
      }
      const value = v128.load(values + 4 * at);
      const low = codesOfTwo(lowHalf(value), lowHalf(scale), lowHalf(offset), middles, most);
      const high = codesOfTwo(highHalf(value), highHalf(scale), highHalf(offset), middles, most);
      const words = joinIntegers(low, high);
      const halves = i16x8.narrow_i32x4_u(words, words);
      v128.store_lane<u32>(codes + at, i8x16.narrow_i16x8_u(halves, halves), 0);
    }
    slice = each ? 0 : slice + 4;
  }
}

/** The values of the four codes from `at` on: scale · (code − middle) + offset. */
function valuesOfFour(at: usize, middles: v128, scale: v128, offset: v128): v128 {
  const words = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(codes + at)));
  const code = f32x4.sub(f32x4.convert_i32x4_s(words), middles);
  return f32x4.add(f32x4.mul(scale, code), offset);
}

/**
 * Adds up values and their errors; gives at `sums` deviations from `first`, their squares, squares of the values, squares of
 * the errors, and the largest error.
 */
export function measure(rows: i32, width: i32, each: bool, middle: f32, first: f64): void {
  const middles = f32x4.splat(middle);
  const firsts = f64x2.splat(first);
  let deviations = f64x2.splat(0);
  let squares = f64x2.splat(0);
  let signal = f64x2.splat(0);
  let noise = f64x2.splat(0);
  let largest = f64x2.splat(0);
  let at: usize = 0;
  let slice: usize = 0;
  for (let row = 0; row < rows; row++) {
    let scale = v128.load32_splat(scales + slice);
    let offset = v128.load32_splat(offsets + slice);
    for (const end = at + width; at < end; at += 4) {
      if (each) {
        scale = v128.load(scales + slice);
        offset = v128.load(offsets + slice);
        slice += 16;
      }
      const value = v128.load(values + 4 * at);
      const decoded = valuesOfFour(at, middles, scale, offset);

      const low = lowHalf(value);
      const lowDeviation = f64x2.sub(low, firsts);
      const lowError = f64x2.sub(low, lowHalf(decoded));
      const high = highHalf(value);
      const highDeviation = f64x2.sub(high, firsts);
      const highError = f64x2.sub(high, highHalf(decoded));

      deviations = f64x2.add(deviations, f64x2.add(lowDeviation, highDeviation));
      squares = addSquares(squares, lowDeviation, highDeviation);
      signal = addSquares(signal, low, high);
      noise = addSquares(noise, lowError, highError);
      largest = f64x2.pmax(largest, f64x2.pmax(f64x2.abs(lowError), f64x2.abs(highError)));
    }
    slice = each ? 0 : slice + 4;
  }
  store<f64>(sums, sumOfTwo(deviations));
  store<f64>(sums, sumOfTwo(squares), 8);
  store<f64>(sums, sumOfTwo(signal), 16);
  store<f64>(sums, sumOfTwo(noise), 24);
  store<f64>(sums, max(f64x2.extract_lane(largest, 0), f64x2.extract_lane(largest, 1)), 32);
}

function addSquares(sum: v128, low: v128, high: v128): v128 {
  return f64x2.add(sum, f64x2.add(f64x2.mul(low, low), f64x2.mul(high, high)));
}

function sumOfTwo(two: v128): f64 {
  return f64x2.extract_lane(two, 0) + f64x2.extract_lane(two, 1);
}

/** Widens the ranges of slices by values. Gives 0, or NaN where a value is not finite. */
export function widen(rows: i32, width: i32, each: bool): f32 {
  let zero = f32x4.splat(0);
  let at: usize = 0;
  for (let row: usize = 0; row < <usize>(4 * rows); row += 4) {
    zero = f32x4.add(zero, each ? widenEach(at, width) : widenOne(at, width, row));
    at += 4 * width;
  }
  return (
    f32x4.extract_lane(zero, 0) +
    f32x4.extract_lane(zero, 1) +
    f32x4.extract_lane(zero, 2) +
    f32x4.extract_lane(zero, 3)
  );
}

/** A row of which each value belongs to a slice of its own. */
function widenEach(row: usize, width: usize): v128 {
  let zero = f32x4.splat(0);
  for (let at: usize = 0; at < 4 * width; at += 16) {
    const value = v128.load(values + row + at);
    v128.store(mins + at, f32x4.pmin(v128.load(mins + at), value));
    v128.store(maxs + at, f32x4.pmax(v128.load(maxs + at), value));
    zero = f32x4.add(zero, f32x4.mul(value, f32x4.splat(0)));
  }
  return zero;
}

/** A row within one slice. */
function widenOne(row: usize, width: usize, slice: usize): v128 {
  let zero = f32x4.splat(0);
  let low = v128.load32_splat(mins + slice);
  let high = v128.load32_splat(maxs + slice);
  for (let at: usize = 0; at < 4 * width; at += 16) {
    const value = v128.load(values + row + at);
    low = f32x4.pmin(low, value);
    high = f32x4.pmax(high, value);
    zero = f32x4.add(zero, f32x4.mul(value, f32x4.splat(0)));
  }
  low = f32x4.pmin(low, v128.shuffle<i32>(low, low, 2, 3, 0, 1));
  high = f32x4.pmax(high, v128.shuffle<i32>(high, high, 2, 3, 0, 1));
  store<f32>(mins + slice, min(f32x4.extract_lane(low, 0), f32x4.extract_lane(low, 1)));
  store<f32>(maxs + slice, max(f32x4.extract_lane(high, 0), f32x4.extract_lane(high, 1)));
  return zero;
}

/** Counts values in bins from `min` on, in four tables of `bins`: neighbours often fall into the same bin. */
export function countBins(count: i32, bins: i32, min: f64, scale: f64): void {
  const bytes: usize = 4 * <usize>bins;
  const mins = f64x2.splat(min);
  const scales = f64x2.splat(scale);
  for (let i: usize = 0; i < 4 * <usize>count; i += 16) {
    const value = v128.load(values + i);
    const low = f64x2.mul(f64x2.sub(lowHalf(value), mins), scales);
    const high = f64x2.mul(f64x2.sub(highHalf(value), mins), scales);
    const found = joinIntegers(low, high);
    increment(tables, i32x4.extract_lane(found, 0));
    increment(tables + bytes, i32x4.extract_lane(found, 1));
    increment(tables + 2 * bytes, i32x4.extract_lane(found, 2));
    increment(tables + 3 * bytes, i32x4.extract_lane(found, 3));
  }
}

function increment(table: usize, bin: i32): void {
  const at = table + ((<usize>bin) << 2);
  store<i32>(at, load<i32>(at) + 1);
}
