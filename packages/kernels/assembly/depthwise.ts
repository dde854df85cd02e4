// Depthwise convolutions: each output channel is a sum over the window of one input channel. Inputs are in 16 bits.
import * as at from './call';
import { findMost, finishFour, finishFours, isPlain } from './finish';
import { place } from './tiles';

/** Computes everything that the block at `call` says. There is at least one row, one channel and one pair of taps. */
export function convolveDepthwise(call: usize): void {
  const samples = load<i32>(call, at.samples);
  const rows = load<i32>(call, at.rows) / samples;
  for (let sample = 0; sample < samples; sample++) {
    findMost(call, sample);
    convolveSample(call, sample * rows, (sample + 1) * rows);
  }
}

/** The rows from `first` to `last`, two at a time. */
function convolveSample(call: usize, first: i32, last: i32): void {
  const columns = load<i32>(call, at.columns);
  const channels = load<i32>(call, at.channels);
  const weights: usize = load<i32>(call, at.weights);
  const ones: usize = load<i32>(call, at.ones);
  const sums: usize = load<i32>(call, at.channelSums);
  const stride = sumBytes(call);
  const inputSums = sums + (stride << 1);
  for (let row = first; row < last; row += 2) {
    const count = min(2, last - row);
    if (columns == channels) {
      sumTaps(call, sums, row);
      if (ones) sumInputs(call, inputSums, row);
    } else
      for (let i = 0; i < count; i++) {
        sumEach(call, weights, sums + i * stride, row + i);
        if (ones) sumEach(call, ones, inputSums + i * stride, row + i);
      }
    finishRows(call, sums, row, count);
  }
}

/** Bytes of the sums of a row. */
function sumBytes(call: usize): usize {
  return ((<usize>load<i32>(call, at.columns) + 7) & ~7) << 2;
}

/**
 * Sums of all channels of a row and the next: pairs of taps with pairs of weights, `[channels / 8][pairs][8][2]` of 16 bits. Where channels
 * are no multiple of 8, what the last vectors hold beyond them is multiplied with 0.
 */
function sumTaps(call: usize, to: usize, row: i32): void {
  const stride = sumBytes(call);
  let weights: usize = load<i32>(call, at.weights);
  const pairs = load<i32>(call, at.quads);
  const taps: usize = load<i32>(call, at.taps);
  let a = place(call, row);
  let b = place(call, min(row + 1, load<i32>(call, at.rows) - 1));
  for (const end = to + stride; to < end; to += 32, a += 16, b += 16) {
    let a0 = i32x4.splat(0);
    let a1 = a0;
    let b0 = a0;
    let b1 = a0;
    let tap = taps;
    for (let pair = pairs; pair > 0; pair--, tap += 8, weights += 32) {
      const one: usize = load<i32>(tap);
      const other: usize = load<i32>(tap, 4);
      const low = v128.load(weights);
      const high = v128.load(weights, 16);
      let x = v128.load(a + one);
      let y = v128.load(a + other);
      a0 = i32x4.add(a0, i32x4.dot_i16x8_s(v128.shuffle<i16>(x, y, 0, 8, 1, 9, 2, 10, 3, 11), low));
      a1 = i32x4.add(a1, i32x4.dot_i16x8_s(v128.shuffle<i16>(x, y, 4, 12, 5, 13, 6, 14, 7, 15), high));
      x = v128.load(b + one);
      y = v128.load(b + other);
      b0 = i32x4.add(b0, i32x4.dot_i16x8_s(v128.shuffle<i16>(x, y, 0, 8, 1, 9, 2, 10, 3, 11), low));
      b1 = i32x4.add(b1, i32x4.dot_i16x8_s(v128.shuffle<i16>(x, y, 4, 12, 5, 13, 6, 14, 7, 15), high));
    }
    v128.store(to, a0);
    v128.store(to, a1, 16);
    v128.store(to + stride, b0);
    v128.store(to + stride, b1, 16);
  }
}

/** The sums of the inputs of all channels of a row and the next. */
function sumInputs(call: usize, to: usize, row: i32): void {
  const stride = sumBytes(call);
  const taps: usize = load<i32>(call, at.taps);
  const end = taps + ((<usize>load<i32>(call, at.windowHeight) * load<i32>(call, at.windowWidth)) << 2);
  let a = place(call, row);
  let b = place(call, min(row + 1, load<i32>(call, at.rows) - 1));
  for (const last = to + stride; to < last; to += 32, a += 16, b += 16) {
    let a0 = i32x4.splat(0);
    let a1 = a0;
    let b0 = a0;
    let b1 = a0;
    for (let tap = taps; tap < end; tap += 4) {
      const skip: usize = load<i32>(tap);
      const x = v128.load(a + skip);
      const y = v128.load(b + skip);
      a0 = i32x4.add(a0, i32x4.extend_low_i16x8_s(x));
      a1 = i32x4.add(a1, i32x4.extend_high_i16x8_s(x));
      b0 = i32x4.add(b0, i32x4.extend_low_i16x8_s(y));
      b1 = i32x4.add(b1, i32x4.extend_high_i16x8_s(y));
    }
    v128.store(to, a0);
    v128.store(to, a1, 16);
    v128.store(to + stride, b0);
    v128.store(to + stride, b1, 16);
  }
}

/** The sums of one row, one output after the other, where an input channel has several: weights `[outputs][taps]` of 16 bits. */
function sumEach(call: usize, weights: usize, to: usize, row: i32): void {
  const columns = load<i32>(call, at.columns);
  const ofChannel = columns / load<i32>(call, at.channels);
  const count = load<i32>(call, at.quads) << 1;
  const taps: usize = load<i32>(call, at.taps);
  const first = place(call, row);
  for (let column = 0; column < columns; column++, to += 4) {
    const input = first + ((column / ofChannel) << 1);
    let sum = 0;
    for (let tap = 0; tap < count; tap++, weights += 2)
      sum += <i32>load<i16>(input + load<i32>(taps + (tap << 2))) * <i32>load<i16>(weights);
    store<i32>(to, sum);
  }
}

function finishRows(call: usize, sums: usize, row: i32, rows: i32): void {
  const stride = sumBytes(call);
  const columns = load<i32>(call, at.columns);
  const first = isPlain(call) ? columns & ~3 : 0;
  for (let inputSums = sums + (stride << 1); rows > 0; rows--, row++, sums += stride, inputSums += stride) {
    if (first > 0) finishFours(call, sums, inputSums, row);
    for (let column = first; column < columns; column += 4) {
      const own = (<usize>column) << 2;
      finishFour(call, v128.load(sums + own), v128.load(inputSums + own), column, row);
    }
  }
}
