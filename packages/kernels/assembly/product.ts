// The product of rows of integers with panels of weights.
import * as at from './call';
import { finishFour, finishPlain, isPlain } from './finish';
import { rowOfBytes, tileOfBytes } from './relaxed-tiles';
import { place, rowOfEight, rowOfFour, tileOfPairs } from './tiles';
import { unpackBytes, unpackPairs } from './unpack';

/** Bytes of a row of sums. */
const rowBytes: usize = 32;

/** Computes everything that the block at `call` says. There is at least one row, one channel and one input. */
export function multiplyAll(call: usize): void {
  const rows = load<i32>(call, at.rows);
  const columns = load<i32>(call, at.columns);
  const block = load<i32>(call, at.block);
  const bits = load<i32>(call, at.bits);
  if (load<i32>(call, at.rowSums) != 0) sumRows(call);
  const panelBytes = (<usize>load<i32>(call, at.quads)) << (bits == 4 ? 4 : 5);
  for (let first = 0; first < rows; first += block) {
    const end = min(rows, first + block);
    let panel: usize = load<i32>(call, at.weights);
    for (let column = 0; column < columns; column += 8) {
      multiplyPanel(call, panel, column, first, end);
      panel += panelBytes;
    }
  }
}

/** The rows from `first` to `end` with one panel. Whole fours of rows share what is unpacked; others take it as it is kept. */
function multiplyPanel(call: usize, panel: usize, column: i32, first: i32, end: i32): void {
  const fours = first + ((end - first) & ~3);
  if (first < fours) {
    if (isRelaxed(call)) multiplyBytes(call, panel, column, first, fours);
    else multiplyPairs(call, panel, column, first, fours);
  }
  for (let row = fours; row < end; row++) {
    multiplyRow(call, panel, column, row);
    finish(call, column, row, 1);
  }
}

function isRelaxed(call: usize): bool {
  return ASC_FEATURE_RELAXED_SIMD && load<i32>(call, at.relaxed) != 0;
}

function multiplyPairs(call: usize, packed: usize, column: i32, first: i32, end: i32): void {
  const quads = load<i32>(call, at.quads);
  const panel: usize = load<i32>(call, at.panel);
  unpackPairs(packed, panel, quads, load<i32>(call, at.levels));
  const second = panel + ((<usize>quads) << 5);
  const sums = call + at.sums;
  const hasSecond = load<i32>(call, at.columns) - column > 4;
  for (let row = first; row < end; row += 4) {
    tileOfPairs(call, panel, sums, row);
    if (hasSecond) tileOfPairs(call, second, sums + 16, row);
    finish(call, column, row, 4);
  }
}

function multiplyBytes(call: usize, packed: usize, column: i32, first: i32, end: i32): void {
  let panel = packed;
  if (load<i32>(call, at.bits) == 4) {
    panel = load<i32>(call, at.panel);
    unpackBytes(packed, panel, load<i32>(call, at.quads), load<i32>(call, at.levels));
  }
  for (let row = first; row < end; row += 4) {
    tileOfBytes(call, panel, call + at.sums, column, row);
    finish(call, column, row, 4);
  }
}

function multiplyRow(call: usize, panel: usize, column: i32, row: i32): void {
  const sums = call + at.sums;
  if (isRelaxed(call)) rowOfBytes(call, panel, sums, column, row);
  else if (load<i32>(call, at.bits) == 4) rowOfFour(call, panel, sums, row);
  else rowOfEight(call, panel, sums, row);
}

/** Writes what is left of eight channels of some rows. */
function finish(call: usize, column: i32, row: i32, rows: i32): void {
  const left = load<i32>(call, at.columns) - column;
  let sums = call + at.sums;
  const rowSums: usize = load<i32>(call, at.rowSums);
  if (left >= 8 && isPlain(call)) {
    for (let end = row + rows; row < end; row++, sums += rowBytes)
      finishPlain(call, sums, rowSums + ((<usize>row) << 2), column, row);
    return;
  }
  for (let end = row + rows; row < end; row++, sums += rowBytes) {
    const inputSums = i32x4.splat(rowSums ? load<i32>(rowSums + ((<usize>row) << 2)) : 0);
    finishFour(call, v128.load(sums), inputSums, column, row);
    if (left > 4) finishFour(call, v128.load(sums, 16), inputSums, column + 4, row);
  }
}

/** The sum of each row's inputs. */
function sumRows(call: usize): void {
  const rows = load<i32>(call, at.rows);
  const sums: usize = load<i32>(call, at.rowSums);
  for (let row = 0; row < rows; row++) store<i32>(sums + ((<usize>row) << 2), sumRow(call, place(call, row)));
}

function sumRow(call: usize, first: usize): i32 {
  const run = load<i32>(call, at.run);
  const flips = i8x16.splat(<i8>load<i32>(call, at.flip));
  let sum = i32x4.splat(0);
  let skips: usize = load<i32>(call, at.skips);
  for (let runs = load<i32>(call, at.runs); runs > 0; runs--, skips += 4) {
    let from = first + load<i32>(skips);
    for (let quads = run; quads > 0; quads--) {
      if (isRelaxed(call)) {
        const four = i16x8.extend_low_i8x16_s(v128.xor(v128.load32_zero(from), flips));
        sum = i32x4.add(sum, i32x4.extend_low_i16x8_s(four));
        from += 4;
      } else {
        sum = i32x4.add(sum, i32x4.extend_low_i16x8_s(v128.load64_zero(from)));
        from += 8;
      }
    }
  }
  const halves = i32x4.add(sum, v128.shuffle<i32>(sum, sum, 2, 3, 0, 1));
  return i32x4.extract_lane(halves, 0) + i32x4.extract_lane(halves, 1);
}
