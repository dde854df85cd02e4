// Sums of products of four rows with the channels of a panel, and of one row.
import * as at from './call';
import { highValues, lowValues } from './unpack';

/** Where the window of a row begins. */
export function place(call: usize, row: i32): usize {
  return <usize>(load<i32>(call, at.inputs) + load<i32>(<usize>load<i32>(call, at.places) + (row << 2)));
}

/** Sums of pairs of two vectors: what products of pairs leave for four channels. */
function joinPairs(low: v128, high: v128): v128 {
  return i32x4.add(v128.shuffle<i32>(low, high, 0, 2, 4, 6), v128.shuffle<i32>(low, high, 1, 3, 5, 7));
}

function multiply(row: usize, weights: v128, sum: v128): v128 {
  return i32x4.add(sum, i32x4.dot_i16x8_s(v128.load64_splat(row), weights));
}

/** Four rows and four channels, of 16 bits: sums at `to`, 32 bytes a row. */
export function tileOfPairs(call: usize, panel: usize, to: usize, row: i32): void {
  let a0 = i32x4.splat(0);
  let a1 = a0;
  let b0 = a0;
  let b1 = a0;
  let c0 = a0;
  let c1 = a0;
  let d0 = a0;
  let d1 = a0;
  const firstA = place(call, row);
  const firstB = place(call, row + 1);
  const firstC = place(call, row + 2);
  const firstD = place(call, row + 3);
  const run = load<i32>(call, at.run);
  let skips: usize = load<i32>(call, at.skips);
  for (let runs = load<i32>(call, at.runs); runs > 0; runs--, skips += 4) {
    const skip = load<i32>(skips);
    let a = firstA + skip;
    let b = firstB + skip;
    let c = firstC + skip;
    let d = firstD + skip;
    let quads = run;
    do {
      let w = v128.load(panel);
      a0 = multiply(a, w, a0);
      b0 = multiply(b, w, b0);
      c0 = multiply(c, w, c0);
      d0 = multiply(d, w, d0);
      w = v128.load(panel, 16);
      a1 = multiply(a, w, a1);
      b1 = multiply(b, w, b1);
      c1 = multiply(c, w, c1);
      d1 = multiply(d, w, d1);
      panel += 32;
      a += 8;
      b += 8;
      c += 8;
      d += 8;
    } while (--quads);
  }
  v128.store(to, joinPairs(a0, a1));
  v128.store(to, joinPairs(b0, b1), 32);
  v128.store(to, joinPairs(c0, c1), 64);
  v128.store(to, joinPairs(d0, d1), 96);
}

/** One row and eight channels, of a panel of 8 bits as it is kept. */
export function rowOfEight(call: usize, panel: usize, to: usize, row: i32): void {
  let s0 = i32x4.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  const first = place(call, row);
  const run = load<i32>(call, at.run);
  let skips: usize = load<i32>(call, at.skips);
  for (let runs = load<i32>(call, at.runs); runs > 0; runs--, skips += 4) {
    const skip = load<i32>(skips);
    let a = first + skip;
    let quads = run;
    do {
      const x = v128.load64_splat(a);
      s0 = i32x4.add(s0, i32x4.dot_i16x8_s(x, v128.load8x8_s(panel)));
      s1 = i32x4.add(s1, i32x4.dot_i16x8_s(x, v128.load8x8_s(panel, 8)));
      s2 = i32x4.add(s2, i32x4.dot_i16x8_s(x, v128.load8x8_s(panel, 16)));
      s3 = i32x4.add(s3, i32x4.dot_i16x8_s(x, v128.load8x8_s(panel, 24)));
      panel += 32;
      a += 8;
    } while (--quads);
  }
  v128.store(to, joinPairs(s0, s1));
  v128.store(to, joinPairs(s2, s3), 16);
}

/** The same of a panel of 4 bits. */
export function rowOfFour(call: usize, panel: usize, to: usize, row: i32): void {
  const levels = v128.load(<usize>load<i32>(call, at.levels));
  let s0 = i32x4.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  const first = place(call, row);
  const run = load<i32>(call, at.run);
  let skips: usize = load<i32>(call, at.skips);
  for (let runs = load<i32>(call, at.runs); runs > 0; runs--, skips += 4) {
    const skip = load<i32>(skips);
    let a = first + skip;
    let quads = run;
    do {
      const x = v128.load64_splat(a);
      const packed = v128.load(panel);
      const low = lowValues(packed, levels);
      const high = highValues(packed, levels);
      s0 = i32x4.add(s0, i32x4.dot_i16x8_s(x, i16x8.extend_low_i8x16_s(low)));
      s1 = i32x4.add(s1, i32x4.dot_i16x8_s(x, i16x8.extend_high_i8x16_s(low)));
      s2 = i32x4.add(s2, i32x4.dot_i16x8_s(x, i16x8.extend_low_i8x16_s(high)));
      s3 = i32x4.add(s3, i32x4.dot_i16x8_s(x, i16x8.extend_high_i8x16_s(high)));
      panel += 16;
      a += 8;
    } while (--quads);
  }
  v128.store(to, joinPairs(s0, s1));
  v128.store(to, joinPairs(s2, s3), 16);
}
