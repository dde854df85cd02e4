// What is done to each sum before it is written.
import * as at from './call';
import { bytesOf, codesOf, magnitudes } from './quantize';

/** Whether nothing is done to sums but what `finishEights` does. */
export function isPlain(call: usize): bool {
  return load<i32>(call, at.slopes) == 0;
}

/** Has outputs of a sample leave their largest magnitude, where it is asked for. */
export function findMost(call: usize, sample: i32): void {
  const mosts: usize = load<i32>(call, at.mosts);
  store<i32>(call, <i32>(mosts ? mosts + ((<usize>sample) << 4) : 0), at.most);
}

/** What `finishFour` does where there are no slopes, to eight channels from `column` on of some rows: `sums` has 32 bytes a row. */
export function finishEights(call: usize, sums: usize, column: i32, row: i32, rows: i32): void {
  const ofChannel = (<usize>column) << 2;
  const scales: usize = <usize>load<i32>(call, at.scales) + ofChannel;
  const biases: usize = <usize>load<i32>(call, at.biases) + ofChannel;
  const shifts: usize = load<i32>(call, at.shifts);
  const scale0 = v128.load(scales);
  const scale1 = v128.load(scales, 16);
  const bias0 = v128.load(biases);
  const bias1 = v128.load(biases, 16);
  const lowest = v128.load32_splat(call, at.lowest);
  const highest = v128.load32_splat(call, at.highest);
  const columns = load<i32>(call, at.columns);
  const place = (<usize>row * columns + column) << 2;
  const line = (<usize>columns) << 2;
  const next: usize = load<i32>(call, at.next);
  const most: usize = load<i32>(call, at.most);
  let addend: usize = load<i32>(call, at.addend);
  if (addend) addend += place;
  let to = <usize>load<i32>(call, at.output) + place;
  let rowScales = <usize>load<i32>(call, at.rowScales) + ((<usize>row) << 2);
  let rowSums = <usize>load<i32>(call, at.rowSums) + ((<usize>row) << 2);
  let largest = i32x4.splat(0);
  for (const end = sums + ((<usize>rows) << 5); sums < end; sums += 32, rowScales += 4, rowSums += 4, row++) {
    let low = f32x4.mul(f32x4.convert_i32x4_s(v128.load(sums)), scale0);
    let high = f32x4.mul(f32x4.convert_i32x4_s(v128.load(sums, 16)), scale1);
    if (shifts) {
      const inputSum = f32x4.splat(<f32>load<i32>(rowSums));
      low = f32x4.add(low, f32x4.mul(inputSum, v128.load(shifts + ofChannel)));
      high = f32x4.add(high, f32x4.mul(inputSum, v128.load(shifts + ofChannel, 16)));
    }
    const rowScale = v128.load32_splat(rowScales);
    low = f32x4.add(f32x4.mul(low, rowScale), bias0);
    high = f32x4.add(f32x4.mul(high, rowScale), bias1);
    if (addend) {
      low = f32x4.add(low, v128.load(addend));
      high = f32x4.add(high, v128.load(addend, 16));
      addend += line;
    }
    low = limited(low, lowest, highest);
    high = limited(high, lowest, highest);
    if (most) largest = i32x4.max_s(largest, i32x4.max_s(magnitudes(low), magnitudes(high)));
    if (next) storeEight(call, eightCodes(next, low, high), column, row);
    else {
      v128.store(to, low);
      v128.store(to, high, 16);
      to += line;
    }
  }
  if (most) v128.store(most, i32x4.max_s(v128.load(most), largest));
}

/** The same to all whole fours of channels of a row, each of which has a sum of its own inputs. */
export function finishFours(call: usize, sums: usize, inputSums: usize, row: i32): void {
  const columns = load<i32>(call, at.columns);
  const lowest = v128.load32_splat(call, at.lowest);
  const highest = v128.load32_splat(call, at.highest);
  const rowScale = v128.load32_splat(<usize>load<i32>(call, at.rowScales) + ((<usize>row) << 2));
  const next: usize = load<i32>(call, at.next);
  const most: usize = load<i32>(call, at.most);
  const shifts: usize = load<i32>(call, at.shifts);
  const scales: usize = load<i32>(call, at.scales);
  const biases: usize = load<i32>(call, at.biases);
  const place = (<usize>row * columns) << 2;
  const to = <usize>load<i32>(call, at.output) + place;
  let addend: usize = load<i32>(call, at.addend);
  if (addend) addend += place;
  let largest = i32x4.splat(0);
  const whole = (<usize>(columns & ~3)) << 2;
  for (let channel: usize = 0; channel < whole; channel += 16) {
    let value = f32x4.mul(f32x4.convert_i32x4_s(v128.load(sums + channel)), v128.load(scales + channel));
    if (shifts) {
      const inputSum = f32x4.convert_i32x4_s(v128.load(inputSums + channel));
      value = f32x4.add(value, f32x4.mul(inputSum, v128.load(shifts + channel)));
    }
    value = f32x4.add(f32x4.mul(value, rowScale), v128.load(biases + channel));
    if (addend) value = f32x4.add(value, v128.load(addend + channel));
    value = limited(value, lowest, highest);
    if (most) largest = i32x4.max_s(largest, magnitudes(value));
    if (next) storeFour(call, eightCodes(next, value, value), <i32>(channel >> 2), row, 4);
    else v128.store(to + channel, value);
  }
  if (most) v128.store(most, i32x4.max_s(v128.load(most), largest));
}

/** NaN stays. */
function limited(value: v128, lowest: v128, highest: v128): v128 {
  return f32x4.pmin(f32x4.pmax(value, lowest), highest);
}

/** Eight values as codes of the next layer (16 bits). */
function eightCodes(next: usize, low: v128, high: v128): v128 {
  const inverse = v128.load32_splat(next, at.inverse);
  return i16x8.narrow_i32x4_s(codesOf(next, low, inverse), codesOf(next, high, inverse));
}

function storeEight(call: usize, codes: v128, column: i32, row: i32): void {
  const to = target(call, row);
  if (load<i32>(call, at.codeBytes) == 2) v128.store(to + ((<usize>column) << 1), codes);
  else v128.store64_lane(to + column, bytesOf(codes, zeroOf(call)), 0);
}

/** The first of up to four codes. */
function storeFour(call: usize, codes: v128, column: i32, row: i32, count: i32): void {
  let to = target(call, row);
  if (load<i32>(call, at.codeBytes) == 2) {
    to += (<usize>column) << 1;
    if (count >= 4) {
      v128.store64_lane(to, codes, 0);
      return;
    }
    v128.store16_lane(to, codes, 0);
    if (count > 1) v128.store16_lane(to, codes, 1, 2);
    if (count > 2) v128.store16_lane(to, codes, 2, 4);
    return;
  }
  to += column;
  const bytes = bytesOf(codes, zeroOf(call));
  if (count >= 4) {
    v128.store32_lane(to, bytes, 0);
    return;
  }
  v128.store8_lane(to, bytes, 0);
  if (count > 1) v128.store8_lane(to, bytes, 1, 1);
  if (count > 2) v128.store8_lane(to, bytes, 2, 2);
}

/** Where the codes of a row go. */
function target(call: usize, row: i32): usize {
  return load<i32>(<usize>load<i32>(call, at.targets) + ((<usize>row) << 2));
}

/** What stands for 0 in the codes of the next layer. */
function zeroOf(call: usize): i32 {
  return load<i32>(<usize>load<i32>(call, at.next), at.zero);
}

/** (sum · scale + sum of the inputs · shift) · scale of the row + bias + addend, then the slope of what is below 0, then the limits. */
export function finishFour(call: usize, sums: v128, inputSums: v128, column: i32, row: i32): void {
  const columns = load<i32>(call, at.columns);
  const to = (<usize>row * columns + column) << 2;
  const channel = (<usize>column) << 2;
  const ofRow = (<usize>row) << 2;
  const scales = v128.load(<usize>load<i32>(call, at.scales) + channel);
  let value = f32x4.mul(f32x4.convert_i32x4_s(sums), scales);
  const shifts: usize = load<i32>(call, at.shifts);
  if (shifts != 0)
    value = f32x4.add(value, f32x4.mul(f32x4.convert_i32x4_s(inputSums), v128.load(shifts + channel)));
  value = f32x4.mul(value, v128.load32_splat(<usize>load<i32>(call, at.rowScales) + ofRow));
  value = f32x4.add(value, v128.load(<usize>load<i32>(call, at.biases) + channel));
  const count = columns - column;
  const addend: usize = load<i32>(call, at.addend);
  if (addend != 0) value = f32x4.add(value, loadSome(addend + to, count));
  const slopes: usize = load<i32>(call, at.slopes);
  if (slopes != 0) {
    const below = f32x4.mul(value, v128.load(slopes + channel));
    value = v128.bitselect(below, value, f32x4.lt(value, f32x4.splat(0)));
  }
  value = limited(value, v128.load32_splat(call, at.lowest), v128.load32_splat(call, at.highest));
  const most: usize = load<i32>(call, at.most);
  if (most) v128.store(most, i32x4.max_s(v128.load(most), magnitudes(firstOf(value, count))));
  const next: usize = load<i32>(call, at.next);
  if (next) storeFour(call, eightCodes(next, value, value), column, row, count);
  else storeSome(<usize>load<i32>(call, at.output) + to, value, count);
}

/** What lies in the first lanes; 0 in the others, in which there may be anything. */
function firstOf(value: v128, count: i32): v128 {
  return v128.and(value, i32x4.gt_s(i32x4.splat(count), i32x4(0, 1, 2, 3)));
}

function loadSome(from: usize, count: i32): v128 {
  if (count >= 4) return v128.load(from);
  let value = v128.load32_zero(from);
  if (count > 1) value = f32x4.replace_lane(value, 1, load<f32>(from, 4));
  if (count > 2) value = f32x4.replace_lane(value, 2, load<f32>(from, 8));
  return value;
}

function storeSome(to: usize, value: v128, count: i32): void {
  if (count >= 4) {
    v128.store(to, value);
    return;
  }
  store<f32>(to, f32x4.extract_lane(value, 0));
  if (count > 1) store<f32>(to, f32x4.extract_lane(value, 1), 4);
  if (count > 2) store<f32>(to, f32x4.extract_lane(value, 2), 8);
}
