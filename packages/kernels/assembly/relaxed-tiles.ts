// The same as in `tiles.ts` by the relaxed dot product, of inputs of 8 bits. Sums begin with what the host gives, which takes away
// what bytes have more than the codes that they stand for.
import * as at from './call';
import { place } from './tiles';
import { highValues, lowValues } from './unpack';

function multiply(row: v128, weights: v128, sum: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return i32x4.relaxed_dot_i8x16_i7x16_add_s(weights, row, sum);
  return unreachable();
}

function start(call: usize, column: i32): v128 {
  return v128.load(<usize>load<i32>(call, at.starts) + (column << 2));
}

/** Four rows and eight channels, of 8 bits: sums at `to`, 32 bytes a row. */
export function tileOfBytes(call: usize, panel: usize, to: usize, column: i32, row: i32): void {
  let a0 = start(call, column);
  let a1 = start(call, column + 4);
  let b0 = a0;
  let b1 = a1;
  let c0 = a0;
  let c1 = a1;
  let d0 = a0;
  let d1 = a1;
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
      const low = v128.load(panel);
      const high = v128.load(panel, 16);
      let x = v128.load32_splat(a);
      a0 = multiply(x, low, a0);
      a1 = multiply(x, high, a1);
      x = v128.load32_splat(b);
      b0 = multiply(x, low, b0);
      b1 = multiply(x, high, b1);
      x = v128.load32_splat(c);
      c0 = multiply(x, low, c0);
      c1 = multiply(x, high, c1);
      x = v128.load32_splat(d);
      d0 = multiply(x, low, d0);
      d1 = multiply(x, high, d1);
      panel += 32;
      a += 4;
      b += 4;
      c += 4;
      d += 4;
    } while (--quads);
  }
  v128.store(to, a0);
  v128.store(to, a1, 16);
  v128.store(to, b0, 32);
  v128.store(to, b1, 48);
  v128.store(to, c0, 64);
  v128.store(to, c1, 80);
  v128.store(to, d0, 96);
  v128.store(to, d1, 112);
}

/** One row and eight channels, of a panel of 8 bits or, without unpacking it first, of 4. */
export function rowOfBytes(call: usize, panel: usize, to: usize, column: i32, row: i32): void {
  if (load<i32>(call, at.bits) == 4) rowOfPacked(call, panel, to, column, row);
  else rowOfWhole(call, panel, to, column, row);
}

function rowOfWhole(call: usize, panel: usize, to: usize, column: i32, row: i32): void {
  let s0 = start(call, column);
  let s1 = start(call, column + 4);
  const first = place(call, row);
  const run = load<i32>(call, at.run);
  let skips: usize = load<i32>(call, at.skips);
  for (let runs = load<i32>(call, at.runs); runs > 0; runs--, skips += 4) {
    const skip = load<i32>(skips);
    let a = first + skip;
    let quads = run;
    do {
      const x = v128.load32_splat(a);
      s0 = multiply(x, v128.load(panel), s0);
      s1 = multiply(x, v128.load(panel, 16), s1);
      panel += 32;
      a += 4;
    } while (--quads);
  }
  v128.store(to, s0);
  v128.store(to, s1, 16);
}

function rowOfPacked(call: usize, panel: usize, to: usize, column: i32, row: i32): void {
  const levels = v128.load(<usize>load<i32>(call, at.levels));
  let s0 = start(call, column);
  let s1 = start(call, column + 4);
  const first = place(call, row);
  const run = load<i32>(call, at.run);
  let skips: usize = load<i32>(call, at.skips);
  for (let runs = load<i32>(call, at.runs); runs > 0; runs--, skips += 4) {
    const skip = load<i32>(skips);
    let a = first + skip;
    let quads = run;
    do {
      const x = v128.load32_splat(a);
      const packed = v128.load(panel);
      s0 = multiply(x, lowValues(packed, levels), s0);
      s1 = multiply(x, highValues(packed, levels), s1);
      panel += 16;
      a += 4;
    } while (--quads);
  }
  v128.store(to, s0);
  v128.store(to, s1, 16);
}
