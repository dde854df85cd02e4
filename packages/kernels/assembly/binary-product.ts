// The product of tables with weights of 1 bit, four rows at a time.
import * as at from './call';
import { finishFour } from './finish';
import { lookUpPairs, lookUpRest, lookUpRow, lookUpRows } from './lookups';

/** Computes everything that the block at `call` says. There is at least one row and one channel. */
export function lookUpAll(call: usize): void {
  const samples = load<i32>(call, at.samples);
  const lines = load<i32>(call, at.outHeight);
  const width = load<i32>(call, at.outWidth);
  const isPaired = load<i32>(call, at.isPaired) != 0;
  const step = isPaired ? 2 : 1;
  const most = isPaired ? 2 : 4;
  sumTaps(call);
  let count = 0;
  // Rows of the tile, at `at.tileRows`; of pairs, the first of each.
  for (let sample = 0; sample < samples; sample++)
    for (let y = 0; y < lines; y++)
      for (let x = 0; x < width; x += step) {
        const row = (sample * lines + y) * width + x;
        store<i32>(call + (count << 2), row, at.tileRows);
        store<i32>(call + (count << 2), place(call, sample, y, x), at.tile);
        if (++count == most) {
          multiplyTile(call, count, isPaired);
          count = 0;
        }
      }
  if (count > 0) multiplyTile(call, count, isPaired);
}

function place(call: usize, sample: i32, y: i32, x: i32): i32 {
  const imageBytes =
    load<i32>(call, at.borderedHeight) * load<i32>(call, at.borderedWidth) * load<i32>(call, at.pixelBytes);
  const line = y * load<i32>(call, at.verticalStep) + x * load<i32>(call, at.horizontalStep);
  return load<i32>(call, at.inputs) + sample * imageBytes + line;
}

/** Multiplies up to four rows, or two pairs, with all channels; missing ones are the last again. */
function multiplyTile(call: usize, count: i32, isPaired: bool): void {
  const columns = load<i32>(call, at.columns);
  const chunks = load<i32>(call, at.chunks);
  const sums: usize = load<i32>(call, at.tileSums);
  let chunk: usize = load<i32>(call, at.chunkList);
  let panel: usize = load<i32>(call, at.weights);
  const isSingle = count == 1 && !isPaired;
  for (let i = 0; i < chunks; i++, chunk += 8) {
    const skip = load<i32>(chunk);
    const groups = load<i32>(chunk, 4);
    for (let row = 0; row < 4; row++) {
      const tile = load<i32>(call + (min(row, count - 1) << 2), at.tile);
      store<i32>(call + (row << 2), tile + skip, at.chunk);
    }
    for (let column = 0; column < columns; column += 32, panel += groups << 4) {
      const to = sums + (column << 1);
      if (isSingle) lookUpRow(call, panel, groups, to, i == 0);
      else if (!isPaired) lookUpRows(call, panel, groups, to, i == 0);
      else if (groups < 3) lookUpRest(call, panel, groups, to, i == 0);
      else lookUpPairs(call, panel, groups, to, i == 0);
    }
  }
  finishTile(call, count, isPaired);
}

function finishTile(call: usize, count: i32, isPaired: bool): void {
  const width = load<i32>(call, at.outWidth);
  const stride = load<i32>(call, at.sumStride);
  let sums: usize = load<i32>(call, at.tileSums);
  for (let i = 0; i < count; i++) {
    const row = load<i32>(call + (i << 2), at.tileRows);
    finishRow(call, sums, row);
    sums += stride;
    if (!isPaired) continue;
    if ((row % width) + 1 < width) finishRow(call, sums, row + 1);
    sums += stride;
  }
}

/** Twice the sums less what the row's pixels take off, to floats. */
function finishRow(call: usize, sums: usize, row: i32): void {
  const columns = load<i32>(call, at.columns);
  const off = i32x4.splat(load<i32>(<usize>load<i32>(call, at.places) + (row << 2)));
  const isPlain = load<i32>(call, at.addend) == 0 && load<i32>(call, at.slopes) == 0;
  let column = isPlain ? finishPlain(call, sums, row, off) : 0;
  for (sums += column << 1; column < columns; column += 4, sums += 8)
    finishFour(call, sumsOf(call, sums, column, off), off, column, row);
}

/** What `finishFour` does where nothing is added and no slope is there, for whole fours of channels; gives how many it was. */
function finishPlain(call: usize, sums: usize, row: i32, off: v128): i32 {
  const columns = load<i32>(call, at.columns);
  const whole = columns & ~3;
  const ofRow = v128.load32_splat(<usize>load<i32>(call, at.rowScales) + (row << 2));
  const lowest = v128.load32_splat(call, at.lowest);
  const highest = v128.load32_splat(call, at.highest);
  let scales: usize = load<i32>(call, at.scales);
  let biases: usize = load<i32>(call, at.biases);
  let to: usize = load<i32>(call, at.output) + ((row * columns) << 2);
  for (let column = 0; column < whole; column += 4, sums += 8, scales += 16, biases += 16, to += 16) {
    const sum = sumsOf(call, sums, column, off);
    const value = f32x4.mul(f32x4.mul(f32x4.convert_i32x4_s(sum), v128.load(scales)), ofRow);
    const above = f32x4.pmax(f32x4.add(value, v128.load(biases)), lowest);
    v128.store(to, f32x4.pmin(above, highest));
  }
  return whole;
}

/** Twice the sums of four channels, less what the row and what the channels take off. */
function sumsOf(call: usize, sums: usize, column: i32, off: v128): v128 {
  const sum = i32x4.sub(i32x4.shl(v128.load16x4_u(sums), 1), off);
  const starts: usize = load<i32>(call, at.starts);
  return starts ? i32x4.add(sum, v128.load(starts + ((<usize>column) << 2))) : sum;
}

/** For each row what its window takes off, at `at.places`. */
function sumTaps(call: usize): void {
  const samples = load<i32>(call, at.samples);
  const outHeight = load<i32>(call, at.outHeight);
  const outWidth = load<i32>(call, at.outWidth);
  const pixelBytes = load<i32>(call, at.pixelBytes);
  const line = load<i32>(call, at.borderedWidth) << 2;
  // Steps in the image of sums, which has four bytes where that of tables has `pixelBytes`.
  const down = (load<i32>(call, at.verticalStep) / pixelBytes) << 2;
  const right = (load<i32>(call, at.horizontalStep) / pixelBytes) << 2;
  let to: usize = load<i32>(call, at.places);
  let image: usize = load<i32>(call, at.pixelSums);
  for (let sample = 0; sample < samples; sample++, image += load<i32>(call, at.borderedHeight) * line)
    for (let y = 0; y < outHeight; y++)
      for (let x = 0; x < outWidth; x++, to += 4)
        store<i32>(to, sumWindow(call, image + y * down + x * right));
}

function sumWindow(call: usize, from: usize): i32 {
  const width = load<i32>(call, at.windowWidth);
  const column = load<i32>(call, at.windowColumn);
  const line = load<i32>(call, at.windowLine);
  let sum = 0;
  for (let y = load<i32>(call, at.windowHeight); y > 0; y--, from += line) {
    let pixel = from;
    for (let x = width; x > 0; x--, pixel += column) sum += load<i32>(pixel);
  }
  return sum;
}
