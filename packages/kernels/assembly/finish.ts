// What is done to each sum before it is written.
import * as at from './call';

/** Whether nothing is done to sums that `finishPlain` does not do. */
export function isPlain(call: usize): bool {
  return (load<i32>(call, at.addend) | load<i32>(call, at.slopes)) == 0;
}

/**
 * What `finishFour` does where nothing is added and no slope is there, to eight channels of a row from `column` on; of depthwise
 * convolutions, to all whole fours of channels.
 *
 * @param inputSums That of the row, or those of the channels; read where there are shifts.
 */
export function finishPlain(call: usize, sums: usize, inputSums: usize, column: i32, row: i32): void {
  const isByChannel = load<i32>(call, at.taps) != 0;
  const count = isByChannel ? load<i32>(call, at.columns) & ~3 : 8;
  const lowest = v128.load32_splat(call, at.lowest);
  const highest = v128.load32_splat(call, at.highest);
  const ofChannel = (<usize>column) << 2;
  let scales: usize = <usize>load<i32>(call, at.scales) + ofChannel;
  let biases: usize = <usize>load<i32>(call, at.biases) + ofChannel;
  const rowScale = v128.load32_splat(<usize>load<i32>(call, at.rowScales) + ((<usize>row) << 2));
  let to: usize = load<i32>(call, at.output);
  to += (<usize>row * load<i32>(call, at.columns) + column) << 2;
  const end = sums + ((<usize>count) << 2);
  let shifts: usize = load<i32>(call, at.shifts);
  if (shifts == 0) {
    for (; sums < end; sums += 16, scales += 16, biases += 16, to += 16) {
      const value = f32x4.mul(f32x4.convert_i32x4_s(v128.load(sums)), v128.load(scales));
      v128.store(to, limited(f32x4.add(f32x4.mul(value, rowScale), v128.load(biases)), lowest, highest));
    }
    return;
  }
  shifts += ofChannel;
  let inputSum = v128.load32_splat(inputSums);
  for (; sums < end; sums += 16, scales += 16, shifts += 16, biases += 16, to += 16) {
    if (isByChannel) {
      inputSum = v128.load(inputSums);
      inputSums += 16;
    }
    const scaled = f32x4.mul(f32x4.convert_i32x4_s(v128.load(sums)), v128.load(scales));
    const value = f32x4.add(scaled, f32x4.mul(f32x4.convert_i32x4_s(inputSum), v128.load(shifts)));
    v128.store(to, limited(f32x4.add(f32x4.mul(value, rowScale), v128.load(biases)), lowest, highest));
  }
}

function limited(value: v128, lowest: v128, highest: v128): v128 {
  return f32x4.min(f32x4.max(value, lowest), highest);
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
  value = f32x4.max(value, v128.load32_splat(call, at.lowest));
  value = f32x4.min(value, v128.load32_splat(call, at.highest));
  storeSome(<usize>load<i32>(call, at.output) + to, value, count);
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
