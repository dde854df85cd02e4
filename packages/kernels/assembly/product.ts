// The product of rows of integers with panels of weights.
import * as at from './call';
import { findMost, finishEights, finishFour, isPlain } from './finish';
import { rowOfBytes, tileOfBytes } from './relaxed-tiles';
import { place, rowOfEight, rowOfFour, tileOfPairs } from './tiles';
import { unpackBytes, unpackPairs } from './unpack';

/** Bytes of a row of sums. */
const rowBytes: usize = 32;

/** Computes everything that the block at `call` says. There is at least one row, one channel and one input. */
export function multiplyAll(call: usize): void {
  const rows = load<i32>(call, at.rows);
  if (load<i32>(call, at.rowSums) != 0) sumRows(call);
  if (load<i32>(call, at.mosts) == 0) {
    multiplyRows(call, 0, rows);
    return;
  }
  const samples = load<i32>(call, at.samples);
  const ofSample = rows / samples;
  for (let sample = 0; sample < samples; sample++) {
    findMost(call, sample);
    multiplyRows(call, sample * ofSample, (sample + 1) * ofSample);
  }
}

/** The rows from `first` to `last`, a block of them with all panels before the next. */
function multiplyRows(call: usize, first: i32, last: i32): void {
  const columns = load<i32>(call, at.columns);
  const block = load<i32>(call, at.block);
  const bits = load<i32>(call, at.bits);
  const panelBytes = (<usize>load<i32>(call, at.quads)) << (bits == 4 ? 4 : 5);
  for (; first < last; first += block) {
    let panel: usize = load<i32>(call, at.weights);
    for (let column = 0; column < columns; column += 8) {
      multiplyPanel(call, panel, column, first, min(last, first + block));
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
  if (left >= 8 && isPlain(call)) {
    finishEights(call, sums, column, row, rows);
    return;
  }
  const rowSums: usize = load<i32>(call, at.rowSums);
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
  for (let row = 0; row < rows; row++) {
    const first = place(call, row);
    const sum = isRelaxed(call) ? sumBytes(call, first) : sumPairs(call, first);
    store<i32>(sums + ((<usize>row) << 2), sum);
  }
}

function sumPairs(call: usize, first: usize): i32 {
  const run = load<i32>(call, at.run);
  const ones = i16x8.splat(1);
  let sum = i32x4.splat(0);
  let skips: usize = load<i32>(call, at.skips);
  for (let runs = load<i32>(call, at.runs); runs > 0; runs--, skips += 4) {
    let from = first + load<i32>(skips);
    let quads = run;
    for (; quads >= 2; quads -= 2, from += 16) sum = i32x4.add(sum, i32x4.dot_i16x8_s(v128.load(from), ones));
    if (quads > 0) sum = i32x4.add(sum, i32x4.dot_i16x8_s(v128.load64_zero(from), ones));
  }
  return total(sum);
}

/** Bytes are counted from what stands for 0. */
function sumBytes(call: usize, first: usize): i32 {
  const run = load<i32>(call, at.run);
  const isSigned = load<i32>(call, at.relaxed) == 2;
  const ones = i16x8.splat(1);
  let sum = i32x4.splat(0);
  let skips: usize = load<i32>(call, at.skips);
  for (let runs = load<i32>(call, at.runs); runs > 0; runs--, skips += 4) {
    let from = first + load<i32>(skips);
    for (let quads = run; quads > 0; quads--, from += 4) {
      const bytes = v128.load32_zero(from);
      const four = isSigned ? i16x8.extend_low_i8x16_s(bytes) : i16x8.extend_low_i8x16_u(bytes);
      sum = i32x4.add(sum, i32x4.dot_i16x8_s(four, ones));
    }
  }
  return total(sum) - 4 * load<i32>(call, at.quads) * load<i32>(call, at.zero);
}

function total(sum: v128): i32 {
  const halves = i32x4.add(sum, v128.shuffle<i32>(sum, sum, 2, 3, 0, 1));
  return i32x4.extract_lane(halves, 0) + i32x4.extract_lane(halves, 1);
}
