// Inputs of 1 or 2 bits as tables of what they give with each of the sixteen sets of four weights.
import * as at from './call';

/**
 * Fills the tables for all values of four inputs. With inputs of 1 bit, how many weights are equal to them (16 tables); with inputs
 * of 2 bits, the sum of those whose weight is 1 (256 tables); with 0 bits, how many inputs and weights are both 1 (16 tables).
 */
export function fillTables(to: usize, bits: i32): void {
  const count = bits == 2 ? 256 : 16;
  for (let inputs = 0; inputs < count; inputs++)
    for (let weights = 0; weights < 16; weights++, to++) {
      if (bits == 1) store<u8>(to, <u8>(4 - popcnt<i32>(inputs ^ weights)));
      else if (bits == 0) store<u8>(to, <u8>popcnt<i32>(inputs & weights));
      else store<u8>(to, <u8>sumOfChosen(inputs, weights));
    }
}

function sumOfChosen(inputs: i32, weights: i32): i32 {
  let sum = 0;
  for (let i = 0; i < 4; i++) if ((weights >> i) & 1) sum += (inputs >> (2 * i)) & 3;
  return sum;
}

/** Quantizes all samples of a call: tables, what is taken off for each row, scales and places of rows. */
export function tabulateAll(call: usize): void {
  const samples = load<i32>(call, at.samples);
  const pixels = load<i32>(call, at.borderedHeight) * load<i32>(call, at.borderedWidth);
  const imageBytes = pixels * load<i32>(call, at.pixelBytes);
  const rows = load<i32>(call, at.outHeight) * load<i32>(call, at.outWidth);
  const count = load<i32>(call, at.height) * load<i32>(call, at.width) * load<i32>(call, at.channels);
  let values: usize = load<i32>(call, at.values);
  let image: usize = load<i32>(call, at.inputs);
  let sums: usize = load<i32>(call, at.pixelSums);
  let scales: usize = load<i32>(call, at.rowScales);
  memory.fill(image, 0, <usize>samples * imageBytes + load<i32>(call, at.stride));
  memory.fill(sums, 0, (<usize>samples * pixels) << 2);
  for (let sample = 0; sample < samples; sample++) {
    tabulateImage(call, values, image, sums);
    writeScales(call, values, count, scales, rows);
    values += (<usize>count) << 2;
    image += imageBytes;
    sums += pixels << 2;
    scales += rows << 2;
  }
  if (load<i32>(call, at.isPaired)) pairTables(call, samples * imageBytes);
}

function tabulateImage(call: usize, values: usize, image: usize, sums: usize): void {
  const line = <usize>load<i32>(call, at.width) * load<i32>(call, at.channels) * 4;
  const pixels = load<i32>(call, at.reachedWidth);
  const borderedWidth = load<i32>(call, at.borderedWidth);
  const pixelBytes = load<i32>(call, at.pixelBytes);
  const border = load<i32>(call, at.top) * borderedWidth + load<i32>(call, at.left);
  image += border * pixelBytes;
  sums += border << 2;
  for (let y = load<i32>(call, at.reachedHeight); y > 0; y--) {
    const inputBits = load<i32>(call, at.inputBits);
    if (inputBits == 0) tabulateSides(call, values, image, pixels);
    else if (inputBits == 1) tabulateSigns(call, values, image, sums, pixels);
    else tabulateCodes(call, values, image, sums, pixels);
    values += line;
    image += borderedWidth * pixelBytes;
    sums += borderedWidth << 2;
  }
}

/** Tables of signs (0 and −0 count as positive, NaN as negative), and what is taken off a pixel's doubled matches. */
function tabulateSigns(call: usize, values: usize, to: usize, sums: usize, pixels: i32): void {
  const channels = load<i32>(call, at.channels);
  const tables: usize = load<i32>(call, at.tables);
  const zero = f32x4.splat(0);
  // Inputs that fill the last group up are equal to the weights that do.
  const sum = channels + 2 * (-channels & 3);
  for (; pixels > 0; pixels--, sums += 4) {
    let left = channels;
    for (; left >= 16; left -= 16, values += 64, to += 64) {
      const m0 = i16x8.narrow_i32x4_s(
        f32x4.ge(v128.load(values), zero),
        f32x4.ge(v128.load(values, 16), zero),
      );
      const m1 = i16x8.narrow_i32x4_s(
        f32x4.ge(v128.load(values, 32), zero),
        f32x4.ge(v128.load(values, 48), zero),
      );
      const bits: usize = i8x16.bitmask(i8x16.narrow_i16x8_s(m0, m1));
      v128.store(to, v128.load(tables + ((bits << 4) & 0xf0)));
      v128.store(to, v128.load(tables + (bits & 0xf0)), 16);
      v128.store(to, v128.load(tables + ((bits >> 4) & 0xf0)), 32);
      v128.store(to, v128.load(tables + ((bits >> 8) & 0xf0)), 48);
    }
    for (; left >= 4; left -= 4, values += 16, to += 16) {
      const bits: usize = i32x4.bitmask(f32x4.ge(v128.load(values), zero));
      v128.store(to, v128.load(tables + (bits << 4)));
    }
    if (left > 0) {
      let bits: usize = 0;
      for (let i = 0; i < left; i++, values += 4) bits |= (<usize>(load<f32>(values) >= 0)) << i;
      v128.store(to, v128.load(tables + (bits << 4)));
      to += 16;
    }
    store<i32>(sums, sum);
  }
}

/** For weights of two masks, of 1 and of −1: two tables of each four signs, of those that are positive, and of those that are not. */
function tabulateSides(call: usize, values: usize, to: usize, pixels: i32): void {
  const channels = load<i32>(call, at.channels);
  const tables: usize = load<i32>(call, at.tables);
  for (; pixels > 0; pixels--)
    for (let left = channels; left > 0; left -= 4, to += 32) {
      let bits: usize = 0;
      if (left >= 4) {
        bits = i32x4.bitmask(f32x4.ge(v128.load(values), f32x4.splat(0)));
        values += 16;
      } else for (let i = 0; i < left; i++, values += 4) bits |= (<usize>(load<f32>(values) >= 0)) << i;
      v128.store(to, v128.load(tables + (bits << 4)));
      v128.store(to, v128.load(tables + ((bits ^ 15) << 4)), 16);
    }
}

/** Tables of codes from 0 to 3, and their sum. */
function tabulateCodes(call: usize, values: usize, to: usize, sums: usize, pixels: i32): void {
  const channels = load<i32>(call, at.channels);
  const tables: usize = load<i32>(call, at.tables);
  for (; pixels > 0; pixels--, sums += 4) {
    let total = i32x4.splat(0);
    let left = channels;
    for (; left >= 16; left -= 16, values += 64, to += 64) {
      const q0 = codes(call, v128.load(values));
      const q1 = codes(call, v128.load(values, 16));
      const q2 = codes(call, v128.load(values, 32));
      const q3 = codes(call, v128.load(values, 48));
      total = i32x4.sub(total, i32x4.add(i32x4.add(q0, q1), i32x4.add(q2, q3)));
      const bytes = i8x16.neg(
        i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(q0, q1), i16x8.narrow_i32x4_s(q2, q3)),
      );
      const halves = v128.and(v128.or(bytes, i16x8.shr_u(bytes, 6)), i16x8.splat(15));
      const fours = v128.or(halves, i32x4.shr_u(halves, 12));
      v128.store(to, v128.load(tables + ((<usize>i8x16.extract_lane_u(fours, 0)) << 4)));
      v128.store(to, v128.load(tables + ((<usize>i8x16.extract_lane_u(fours, 4)) << 4)), 16);
      v128.store(to, v128.load(tables + ((<usize>i8x16.extract_lane_u(fours, 8)) << 4)), 32);
      v128.store(to, v128.load(tables + ((<usize>i8x16.extract_lane_u(fours, 12)) << 4)), 48);
    }
    let sum =
      i32x4.extract_lane(total, 0) +
      i32x4.extract_lane(total, 1) +
      i32x4.extract_lane(total, 2) +
      i32x4.extract_lane(total, 3);
    for (; left > 0; left -= 4, to += 16) {
      let bits = 0;
      for (let i = 0; i < min(left, 4); i++, values += 4) {
        const code = -i32x4.extract_lane(codes(call, v128.load32_splat(values)), 0);
        sum += code;
        bits |= code << (2 * i);
      }
      v128.store(to, v128.load(tables + ((<usize>bits) << 4)));
    }
    store<i32>(sums, sum);
  }
}

/** Codes of four values, negative: how many thresholds each reaches. NaN reaches none. */
function codes(call: usize, values: v128): v128 {
  const first = f32x4.ge(values, v128.load32_splat(call, at.threshold1));
  const second = f32x4.ge(values, v128.load32_splat(call, at.threshold2));
  return i32x4.add(i32x4.add(first, second), f32x4.ge(values, v128.load32_splat(call, at.threshold3)));
}

/** In place, from front to back: above the table of each pixel that of the pixel one stride to the right. */
function pairTables(call: usize, bytes: i32): void {
  const stride = load<i32>(call, at.stride);
  let to: usize = load<i32>(call, at.inputs);
  const end = to + bytes;
  for (; to < end; to += 16) v128.store(to, v128.or(v128.load(to), i16x8.shl(v128.load(to + stride), 4)));
}

/** The scale of each row of a sample: the one given, or the mean magnitude of its inputs. */
export function writeScales(call: usize, values: usize, count: i32, scales: usize, rows: i32): void {
  const given = load<f32>(call, at.inputScale);
  const isMean = load<i32>(call, at.isMean);
  const ofPixel = load<i32>(call, at.isByPixel) ? load<i32>(call, at.channels) : 0;
  let scale = given;
  if (isMean && !ofPixel) scale = meanMagnitude(values, count);
  for (let row = 0; row < rows; row++, scales += 4) {
    if (isMean && ofPixel) {
      scale = meanMagnitude(values, ofPixel);
      values += ofPixel << 2;
    }
    store<f32>(scales, scale);
  }
}

/** Four sums side by side, then that of what is left over to the first; 0 of nothing. */
export function meanMagnitude(values: usize, count: i32): f32 {
  if (count == 0) return 0;
  let sums = f32x4.splat(0);
  const end = values + ((<usize>count) << 2);
  for (; values + 16 <= end; values += 16) sums = f32x4.add(sums, f32x4.abs(v128.load(values)));
  let sum = f32x4.extract_lane(sums, 0);
  for (; values < end; values += 4) sum += abs(load<f32>(values));
  sum += f32x4.extract_lane(sums, 1);
  sum += f32x4.extract_lane(sums, 2) + f32x4.extract_lane(sums, 3);
  return sum / <f32>count;
}
