// What is done to each sum before it is written.
import * as at from './call';

/** (sum · scale + row's sum · shift) · scale of the row + bias + addend, then the slope of what is below 0, then the limits. */
export function finishFour(call: usize, sums: v128, column: i32, row: i32): void {
  const columns = load<i32>(call, at.columns);
  const to = (<usize>row * columns + column) << 2;
  const channel = (<usize>column) << 2;
  const ofRow = (<usize>row) << 2;
  const scales = v128.load(<usize>load<i32>(call, at.scales) + channel);
  let value = f32x4.mul(f32x4.convert_i32x4_s(sums), scales);
  const rowSums: usize = load<i32>(call, at.rowSums);
  if (rowSums != 0) {
    const sum = f32x4.splat(<f32>load<i32>(rowSums + ofRow));
    value = f32x4.add(value, f32x4.mul(sum, v128.load(<usize>load<i32>(call, at.shifts) + channel)));
  }
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
