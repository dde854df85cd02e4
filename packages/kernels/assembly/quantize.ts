// Float32 values become integers of 8 bits: round(value · inverse), ties to even. They are kept in 16 bits for products of pairs,
// or in 8 bits for the relaxed dot product, with `flip` over their sign bit where it takes them as unsigned.
import * as at from './call';

/** 1.5 · 2^23: adding it rounds to an integer, ties to even, which then stands in the low bits. */
const roundingShift: f32 = 12582912;

/** The largest magnitude; NaN if there is one. */
export function largest(values: usize, count: i32): f32 {
  let most = f32x4.splat(0);
  const end = values + ((<usize>count) << 2);
  for (; values + 16 <= end; values += 16) most = f32x4.max(most, f32x4.abs(v128.load(values)));
  let result = max(
    max(f32x4.extract_lane(most, 0), f32x4.extract_lane(most, 1)),
    max(f32x4.extract_lane(most, 2), f32x4.extract_lane(most, 3)),
  );
  for (; values < end; values += 4) result = max(result, abs(load<f32>(values)));
  return result;
}

/** `pixels` times the channels of a call, each pixel filled up to a multiple of 4. */
export function quantizePairs(call: usize, from: usize, to: usize, pixels: i32, inverse: f32): void {
  const channels = load<i32>(call, at.channels);
  const filled = (channels + 3) & ~3;
  if (filled == channels) {
    quantizeRunOfPairs(from, to, pixels * channels, inverse);
    return;
  }
  for (let pixel = 0; pixel < pixels; pixel++) {
    quantizeRunOfPairs(from, to, channels, inverse);
    for (let place = channels; place < filled; place++) store<i16>(to + ((<usize>place) << 1), 0);
    from += (<usize>channels) << 2;
    to += (<usize>filled) << 1;
  }
}

function quantizeRunOfPairs(from: usize, to: usize, count: i32, inverse: f32): void {
  const end = from + ((<usize>count) << 2);
  for (; from + 32 <= end; from += 32, to += 16) v128.store(to, quantizeEight(from, inverse));
  for (; from < end; from += 4, to += 2) store<i16>(to, quantizeOne(from, inverse));
}

/** The same in 8 bits, for the channels and with the flip of a call. */
export function quantizeBytes(call: usize, from: usize, to: usize, pixels: i32, inverse: f32): void {
  const channels = load<i32>(call, at.channels);
  const flip = load<i32>(call, at.flip);
  const filled = (channels + 3) & ~3;
  if (filled == channels) {
    quantizeRunOfBytes(from, to, pixels * channels, inverse, flip);
    return;
  }
  for (let pixel = 0; pixel < pixels; pixel++) {
    quantizeRunOfBytes(from, to, channels, inverse, flip);
    for (let place = channels; place < filled; place++) store<u8>(to + place, <u8>flip);
    from += (<usize>channels) << 2;
    to += filled;
  }
}

function quantizeRunOfBytes(from: usize, to: usize, count: i32, inverse: f32, flip: i32): void {
  const end = from + ((<usize>count) << 2);
  const flips = i8x16.splat(<i8>flip);
  for (; from + 64 <= end; from += 64, to += 16) {
    const low = quantizeEight(from, inverse);
    const high = quantizeEight(from + 32, inverse);
    v128.store(to, v128.xor(i8x16.narrow_i16x8_s(low, high), flips));
  }
  for (; from < end; from += 4, to++) store<u8>(to, <u8>(quantizeOne(from, inverse) ^ flip));
}

function quantizeEight(from: usize, inverse: f32): v128 {
  const factor = f32x4.splat(inverse);
  const shift = f32x4.splat(roundingShift);
  const low = f32x4.add(f32x4.mul(v128.load(from), factor), shift);
  const high = f32x4.add(f32x4.mul(v128.load(from, 16), factor), shift);
  return i16x8.narrow_i32x4_s(i32x4.sub(low, shift), i32x4.sub(high, shift));
}

function quantizeOne(from: usize, inverse: f32): i32 {
  return reinterpret<i32>(load<f32>(from) * inverse + roundingShift) - reinterpret<i32>(roundingShift);
}
