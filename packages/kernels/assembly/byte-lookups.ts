// The product of inputs of 8 bits with weights of 1: four inputs become a table of their sums for each of the sixteen sets of weights,
// low bytes and high bytes, in which 32 channels look up at once.
import * as at from './call';
import { findMost, finishEights, finishFour, isPlain } from './finish';
import { high, low, lookUp } from './lookups';
import { place } from './tiles';

/** Bytes of the tables of four inputs. */
const tableBytes: usize = 32;

/** So many sums of four inputs, of magnitudes up to 255 each, stay within 16 bits. */
const mostGroups: i32 = 32;

/** Computes everything that the block at `call` says. There is at least one row, one channel and one input. */
export function lookUpBytes(call: usize): void {
  const samples = load<i32>(call, at.samples);
  const rows = load<i32>(call, at.rows) / samples;
  for (let sample = 0; sample < samples; sample++) {
    findMost(call, sample);
    for (let row = sample * rows; row < (sample + 1) * rows; row++) lookUpRow(call, row);
  }
}

function lookUpRow(call: usize, row: i32): void {
  const columns = load<i32>(call, at.columns);
  const quads = load<i32>(call, at.quads);
  const total = i32x4.splat(tabulate(call, row));
  const sums: usize = load<i32>(call, at.tileSums);
  let panel: usize = load<i32>(call, at.weights);
  for (let column = 0; column < columns; column += 32) {
    memory.fill(sums, 0, 128);
    let tables: usize = load<i32>(call, at.panel);
    for (let left = quads; left > 0; left -= mostGroups) {
      const groups = min(left, mostGroups);
      addSums(panel, tables, groups, sums);
      panel += (<usize>groups) << 4;
      tables += <usize>groups * tableBytes;
    }
    // Weights are 1 and 0 so far: twice these less the sum of all inputs is what −1 in place of 0 gives.
    for (let to = sums; to < sums + 128; to += 16)
      v128.store(to, i32x4.sub(i32x4.shl(v128.load(to), 1), total));
    finish(call, sums, column, row);
  }
}

function finish(call: usize, sums: usize, column: i32, row: i32): void {
  const end = min(column + 32, load<i32>(call, at.columns));
  const eights = isPlain(call);
  for (; column < end; column += 8, sums += 32) {
    if (eights && column + 8 <= end) finishEights(call, sums, column, row, 1);
    else {
      finishFour(call, v128.load(sums), i32x4.splat(0), column, row);
      if (column + 4 < end) finishFour(call, v128.load(sums, 16), i32x4.splat(0), column + 4, row);
    }
  }
}

/** The tables of a row's inputs, at `at.panel`; gives the sum of its inputs. */
function tabulate(call: usize, row: i32): i32 {
  const first = place(call, row);
  const run = load<i32>(call, at.run);
  let skips: usize = load<i32>(call, at.skips);
  let to: usize = load<i32>(call, at.panel);
  let total = 0;
  for (let runs = load<i32>(call, at.runs); runs > 0; runs--, skips += 4) {
    let from = first + load<i32>(skips);
    for (let quads = run; quads > 0; quads--, from += 8, to += tableBytes) total += tabulateFour(from, to);
  }
  return total;
}

/** The sums of all sets of four inputs; gives that of all four. */
function tabulateFour(from: usize, to: usize): i32 {
  const first = v128.and(v128.load16_splat(from), i16x8(0, -1, 0, -1, 0, -1, 0, -1));
  const second = v128.and(v128.load16_splat(from, 2), i16x8(0, 0, -1, -1, 0, 0, -1, -1));
  const third = v128.and(v128.load16_splat(from, 4), i16x8(0, 0, 0, 0, -1, -1, -1, -1));
  const without = i16x8.add(i16x8.add(first, second), third);
  const within = i16x8.add(without, v128.load16_splat(from, 6));
  const bytes = i16x8.splat(255);
  v128.store(to, i8x16.narrow_i16x8_u(v128.and(without, bytes), v128.and(within, bytes)));
  v128.store(to, i8x16.narrow_i16x8_s(i16x8.shr_s(without, 8), i16x8.shr_s(within, 8)), 16);
  return i16x8.extract_lane_s(within, 7);
}

/** Adds to 32 sums at `to` what a few groups of a panel give. */
function addSums(panel: usize, tables: usize, groups: i32, to: usize): void {
  let a0 = i32x4.splat(0);
  let a1 = a0;
  let b0 = a0;
  let b1 = a0;
  for (; groups > 0; groups--, panel += 16, tables += tableBytes) {
    const indices = v128.load(panel);
    const lows = v128.load(tables);
    const highs = v128.load(tables, 16);
    const one = low(indices);
    const other = high(indices);
    let lowBytes = lookUp(lows, one);
    let highBytes = lookUp(highs, one);
    a0 = i16x8.add(a0, firstEight(lowBytes, highBytes));
    a1 = i16x8.add(a1, lastEight(lowBytes, highBytes));
    lowBytes = lookUp(lows, other);
    highBytes = lookUp(highs, other);
    b0 = i16x8.add(b0, firstEight(lowBytes, highBytes));
    b1 = i16x8.add(b1, lastEight(lowBytes, highBytes));
  }
  widen(to, a0);
  widen(to + 32, a1);
  widen(to + 64, b0);
  widen(to + 96, b1);
}

function firstEight(lows: v128, highs: v128): v128 {
  return v128.shuffle<u8>(lows, highs, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

function lastEight(lows: v128, highs: v128): v128 {
  return v128.shuffle<u8>(lows, highs, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

/** Adds eight sums of 16 bits to those of 32 at `to`. */
function widen(to: usize, sums: v128): void {
  v128.store(to, i32x4.add(v128.load(to), i32x4.extend_low_i16x8_s(sums)));
  v128.store(to, i32x4.add(v128.load(to, 16), i32x4.extend_high_i16x8_s(sums)), 16);
}
