// Float32 values become integers: round(value · inverse), ties to even, within the limits of codes. They are kept in 16 bits for
// products of pairs, or in 8 bits for the relaxed dot product, counted from what stands for 0.
import * as at from './call';

/** 1.5 · 2^23: adding it rounds to an integer, ties to even, which then stands in the low bits. */
const roundingShift: f32 = 12582912;

/** Four magnitudes, as integers of the same order, NaN above infinity. */
export function magnitudes(values: v128): v128 {
  return v128.and(values, i32x4.splat(0x7fffffff));
}

/** The largest of four magnitudes; NaN if there is one. */
export function largestOf(four: v128): f32 {
  const two = i32x4.max_s(four, v128.shuffle<i32>(four, four, 2, 3, 0, 1));
  return reinterpret<f32>(max(i32x4.extract_lane(two, 0), i32x4.extract_lane(two, 1)));
}

/** The largest magnitude; NaN if there is one. */
export function largest(values: usize, count: i32): f32 {
  let most = i32x4.splat(0);
  const end = values + ((<usize>count) << 2);
  for (; values + 16 <= end; values += 16) most = i32x4.max_s(most, magnitudes(v128.load(values)));
  for (; values < end; values += 4) most = i32x4.max_s(most, magnitudes(v128.load32_zero(values)));
  return largestOf(most);
}

/** Four codes of a call (int32); NaN has the lowest. */
export function codesOf(call: usize, values: v128, inverse: v128): v128 {
  const shift = f32x4.splat(roundingShift);
  const above = f32x4.pmax(v128.load32_splat(call, at.leastCode), f32x4.mul(values, inverse));
  const within = f32x4.pmin(v128.load32_splat(call, at.mostCode), above);
  return i32x4.sub(f32x4.add(within, shift), shift);
}

/** Eight codes as bytes, in the low half: their low bits, counted from what stands for 0. */
export function bytesOf(codes: v128, zero: i32): v128 {
  const low = v128.and(i16x8.add(codes, i16x8.splat(<i16>zero)), i16x8.splat(255));
  return i8x16.narrow_i16x8_u(low, low);
}

/** `pixels` times the channels of a call, each pixel filled up to a multiple of 4. */
export function quantizePairs(call: usize, from: usize, to: usize, pixels: i32, inverse: f32): void {
  const channels = load<i32>(call, at.channels);
  const filled = (channels + 3) & ~3;
  if (filled == channels) {
    quantizeRunOfPairs(call, from, to, pixels * channels, inverse);
    return;
  }
  for (let pixel = 0; pixel < pixels; pixel++) {
    quantizeRunOfPairs(call, from, to, channels, inverse);
    for (let place = channels; place < filled; place++) store<i16>(to + ((<usize>place) << 1), 0);
    from += (<usize>channels) << 2;
    to += (<usize>filled) << 1;
  }
}

function quantizeRunOfPairs(call: usize, from: usize, to: usize, count: i32, inverse: f32): void {
  const factor = f32x4.splat(inverse);
  const end = from + ((<usize>count) << 2);
  for (; from + 32 <= end; from += 32, to += 16) v128.store(to, eightCodes(call, from, factor));
  for (; from < end; from += 4, to += 2) store<i16>(to, oneCode(call, from, factor));
}

/** The same in 8 bits. */
export function quantizeBytes(call: usize, from: usize, to: usize, pixels: i32, inverse: f32): void {
  const channels = load<i32>(call, at.channels);
  const zero = load<i32>(call, at.zero);
  const filled = (channels + 3) & ~3;
  if (filled == channels) {
    quantizeRunOfBytes(call, from, to, pixels * channels, inverse);
    return;
  }
  for (let pixel = 0; pixel < pixels; pixel++) {
    quantizeRunOfBytes(call, from, to, channels, inverse);
    for (let place = channels; place < filled; place++) store<u8>(to + place, <u8>zero);
    from += (<usize>channels) << 2;
    to += filled;
  }
}

function quantizeRunOfBytes(call: usize, from: usize, to: usize, count: i32, inverse: f32): void {
  const zero = load<i32>(call, at.zero);
  const factor = f32x4.splat(inverse);
  const end = from + ((<usize>count) << 2);
  for (; from + 32 <= end; from += 32, to += 8)
    v128.store64_lane(to, bytesOf(eightCodes(call, from, factor), zero), 0);
  for (; from < end; from += 4, to++) store<u8>(to, <u8>(oneCode(call, from, factor) + zero));
}

function eightCodes(call: usize, from: usize, inverse: v128): v128 {
  const low = codesOf(call, v128.load(from), inverse);
  return i16x8.narrow_i32x4_s(low, codesOf(call, v128.load(from, 16), inverse));
}

function oneCode(call: usize, from: usize, inverse: v128): i32 {
  return i32x4.extract_lane(codesOf(call, v128.load32_splat(from), inverse), 0);
}
