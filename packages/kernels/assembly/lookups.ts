// Sums of rows with 32 channels of 1 bit by looking up: a byte of weights holds the bits of a channel for four inputs in its low half,
// and those of the sixteenth next in its high half; they choose a byte of the inputs' table.
import * as at from './call';

/** The bytes of a table that indices below 16 choose. */
export function lookUp(table: v128, indices: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return i8x16.relaxed_swizzle(table, indices);
  return i8x16.swizzle(table, indices);
}

/** The low halves of bytes. */
export function low(bytes: v128): v128 {
  return v128.and(bytes, i8x16.splat(15));
}

/** The high halves. */
export function high(bytes: v128): v128 {
  return v128.and(i16x8.shr_u(bytes, 4), i8x16.splat(15));
}

/** Adds sixteen bytes to sums of 16 bits, or makes them begin with these. */
function widen(to: usize, sums: v128, isFirst: bool): void {
  let first = i16x8.extend_low_i8x16_u(sums);
  let second = i16x8.extend_high_i8x16_u(sums);
  if (!isFirst) {
    first = i16x8.add(first, v128.load(to));
    second = i16x8.add(second, v128.load(to, 16));
  }
  v128.store(to, first);
  v128.store(to, second, 16);
}

/** The sums of two rows from sums of whole bytes (modulo 256) and of their high halves. */
function widenPair(to: usize, stride: i32, total: v128, second: v128, isFirst: bool): void {
  const first = i8x16.sub(total, v128.and(i16x8.shl(second, 4), i8x16.splat(-16)));
  widen(to, first, isFirst);
  widen(to + stride, second, isFirst);
}

/**
 * Two pairs of rows. `groups` is a multiple of 3, so that halves of bytes hold sums of 3 · 4, and at most 63, so that bytes
 * hold those of the second rows. One half of the channels after the other: engines keep all sums in registers then.
 */
export function lookUpPairs(call: usize, panel: usize, groups: i32, to: usize, isFirst: bool): void {
  lookUpLow(call, panel, groups, to, isFirst);
  lookUpHigh(call, panel, groups, to + 32, isFirst);
}

function lookUpLow(call: usize, panel: usize, groups: i32, to: usize, isFirst: bool): void {
  let a = load<i32>(call, at.chunk);
  let b = load<i32>(call, at.chunk + 4);
  let total0 = i32x4.splat(0);
  let total1 = total0;
  let second0 = total0;
  let second1 = total0;
  for (; groups > 0; groups -= 3, panel += 48, a += 48, b += 48) {
    let indices = low(v128.load(panel));
    let p = lookUp(v128.load(a), indices);
    let q = lookUp(v128.load(b), indices);
    indices = low(v128.load(panel, 16));
    p = i8x16.add(p, lookUp(v128.load(a, 16), indices));
    q = i8x16.add(q, lookUp(v128.load(b, 16), indices));
    indices = low(v128.load(panel, 32));
    p = i8x16.add(p, lookUp(v128.load(a, 32), indices));
    q = i8x16.add(q, lookUp(v128.load(b, 32), indices));
    total0 = i8x16.add(total0, p);
    second0 = i8x16.add(second0, high(p));
    total1 = i8x16.add(total1, q);
    second1 = i8x16.add(second1, high(q));
  }
  const stride = load<i32>(call, at.sumStride);
  widenPair(to, stride, total0, second0, isFirst);
  widenPair(to + (stride << 1), stride, total1, second1, isFirst);
}

function lookUpHigh(call: usize, panel: usize, groups: i32, to: usize, isFirst: bool): void {
  let a = load<i32>(call, at.chunk);
  let b = load<i32>(call, at.chunk + 4);
  let total0 = i32x4.splat(0);
  let total1 = total0;
  let second0 = total0;
  let second1 = total0;
  for (; groups > 0; groups -= 3, panel += 48, a += 48, b += 48) {
    let indices = high(v128.load(panel));
    let p = lookUp(v128.load(a), indices);
    let q = lookUp(v128.load(b), indices);
    indices = high(v128.load(panel, 16));
    p = i8x16.add(p, lookUp(v128.load(a, 16), indices));
    q = i8x16.add(q, lookUp(v128.load(b, 16), indices));
    indices = high(v128.load(panel, 32));
    p = i8x16.add(p, lookUp(v128.load(a, 32), indices));
    q = i8x16.add(q, lookUp(v128.load(b, 32), indices));
    total0 = i8x16.add(total0, p);
    second0 = i8x16.add(second0, high(p));
    total1 = i8x16.add(total1, q);
    second1 = i8x16.add(second1, high(q));
  }
  const stride = load<i32>(call, at.sumStride);
  widenPair(to, stride, total0, second0, isFirst);
  widenPair(to + (stride << 1), stride, total1, second1, isFirst);
}

/** The same for one or two groups, which are left over. */
export function lookUpRest(call: usize, panel: usize, groups: i32, to: usize, isFirst: bool): void {
  const stride = load<i32>(call, at.sumStride);
  for (let pair = 0; pair < 2; pair++) {
    let tables: usize = load<i32>(call + (pair << 2), at.chunk);
    let p = i32x4.splat(0);
    let q = p;
    let bytes = panel;
    for (let group = 0; group < groups; group++, tables += 16, bytes += 16) {
      const table = v128.load(tables);
      p = i8x16.add(p, lookUp(table, low(v128.load(bytes))));
      q = i8x16.add(q, lookUp(table, high(v128.load(bytes))));
    }
    widen(to, low(p), isFirst);
    widen(to + stride, high(p), isFirst);
    widen(to + 32, low(q), isFirst);
    widen(to + stride + 32, high(q), isFirst);
    to += stride << 1;
  }
}

/** Four rows, of tables whose bytes are at most `255 / groups`. */
export function lookUpRows(call: usize, panel: usize, groups: i32, to: usize, isFirst: bool): void {
  let a = load<i32>(call, at.chunk);
  let b = load<i32>(call, at.chunk + 4);
  let c = load<i32>(call, at.chunk + 8);
  let d = load<i32>(call, at.chunk + 12);
  let a0 = i32x4.splat(0);
  let a1 = a0;
  let b0 = a0;
  let b1 = a0;
  let c0 = a0;
  let c1 = a0;
  let d0 = a0;
  let d1 = a0;
  for (; groups > 0; groups--, panel += 16, a += 16, b += 16, c += 16, d += 16) {
    const bytes = v128.load(panel);
    const i0 = low(bytes);
    const i1 = high(bytes);
    let table = v128.load(a);
    a0 = i8x16.add(a0, lookUp(table, i0));
    a1 = i8x16.add(a1, lookUp(table, i1));
    table = v128.load(b);
    b0 = i8x16.add(b0, lookUp(table, i0));
    b1 = i8x16.add(b1, lookUp(table, i1));
    table = v128.load(c);
    c0 = i8x16.add(c0, lookUp(table, i0));
    c1 = i8x16.add(c1, lookUp(table, i1));
    table = v128.load(d);
    d0 = i8x16.add(d0, lookUp(table, i0));
    d1 = i8x16.add(d1, lookUp(table, i1));
  }
  const stride = load<i32>(call, at.sumStride);
  widen(to, a0, isFirst);
  widen(to + 32, a1, isFirst);
  widen((to += stride), b0, isFirst);
  widen(to + 32, b1, isFirst);
  widen((to += stride), c0, isFirst);
  widen(to + 32, c1, isFirst);
  widen((to += stride), d0, isFirst);
  widen(to + 32, d1, isFirst);
}

/** One row. */
export function lookUpRow(call: usize, panel: usize, groups: i32, to: usize, isFirst: bool): void {
  let a = load<i32>(call, at.chunk);
  let a0 = i32x4.splat(0);
  let a1 = a0;
  let b0 = a0;
  let b1 = a0;
  for (; groups >= 2; groups -= 2, panel += 32, a += 32) {
    let bytes = v128.load(panel);
    let table = v128.load(a);
    a0 = i8x16.add(a0, lookUp(table, low(bytes)));
    a1 = i8x16.add(a1, lookUp(table, high(bytes)));
    bytes = v128.load(panel, 16);
    table = v128.load(a, 16);
    b0 = i8x16.add(b0, lookUp(table, low(bytes)));
    b1 = i8x16.add(b1, lookUp(table, high(bytes)));
  }
  if (groups > 0) {
    const bytes = v128.load(panel);
    const table = v128.load(a);
    a0 = i8x16.add(a0, lookUp(table, low(bytes)));
    a1 = i8x16.add(a1, lookUp(table, high(bytes)));
  }
  widen(to, i8x16.add(a0, b0), isFirst);
  widen(to + 32, i8x16.add(a1, b1), isFirst);
}
