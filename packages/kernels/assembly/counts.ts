// The product of signs with weights of 1 bit by counting bits: with weights, inputs and what counts of them as bits, those that differ are
// 1 in (inputs xor weights) and counted. Engines with an instruction that counts the bits of bytes do this fastest.
import * as at from './call';
import { finishFour } from './finish';
import { writeScales } from './tables';

/** So many vectors of bits, up to 8 in each byte, can be counted in bytes. */
const mostVectors: i32 = 31;

/** Writes the bits of all samples, and which of them count, as bytes of pixels, and the scales of rows. */
export function packSigns(call: usize): void {
  const samples = load<i32>(call, at.samples);
  const width = load<i32>(call, at.width);
  const channels = load<i32>(call, at.channels);
  const pixelBytes = load<i32>(call, at.pixelBytes);
  const borderedWidth = load<i32>(call, at.borderedWidth);
  const imageBytes = bytesOfImage(call);
  const batchBytes = samples * imageBytes;
  const count = load<i32>(call, at.height) * width * channels;
  const rows = load<i32>(call, at.outHeight) * load<i32>(call, at.outWidth);
  const border = (load<i32>(call, at.top) * borderedWidth + load<i32>(call, at.left)) * pixelBytes;
  const images: usize = load<i32>(call, at.inputs);
  const scales: usize = load<i32>(call, at.rowScales);
  const values: usize = load<i32>(call, at.values);
  memory.fill(images, 0, 2 * batchBytes);
  for (let sample = 0; sample < samples; sample++) {
    const own = values + ((sample * count) << 2);
    const image = images + sample * imageBytes + border;
    for (let y = 0; y < load<i32>(call, at.reachedHeight); y++)
      for (let x = 0; x < load<i32>(call, at.reachedWidth); x++)
        packPixel(
          own + (((y * width + x) * channels) << 2),
          image + (y * borderedWidth + x) * pixelBytes,
          channels,
          batchBytes,
        );
    writeScales(call, own, count, scales + ((sample * rows) << 2), rows);
  }
}

function bytesOfImage(call: usize): i32 {
  return (
    load<i32>(call, at.borderedHeight) * load<i32>(call, at.borderedWidth) * load<i32>(call, at.pixelBytes)
  );
}

/** 0 and −0 are positive, NaN is negative. What counts lies `beyond` so many bytes. */
function packPixel(values: usize, to: usize, channels: i32, beyond: i32): void {
  const zero = f32x4.splat(0);
  for (; channels >= 8; channels -= 8, values += 32, to++) {
    const low = i32x4.bitmask(f32x4.ge(v128.load(values), zero));
    store<u8>(to, <u8>(low | (i32x4.bitmask(f32x4.ge(v128.load(values, 16), zero)) << 4)));
    store<u8>(to + beyond, 255);
  }
  if (channels == 0) return;
  let bits = 0;
  for (let i = 0; i < channels; i++, values += 4) bits |= (<i32>(load<f32>(values) >= 0)) << i;
  store<u8>(to, <u8>bits);
  const counted = (1 << channels) - 1;
  store<u8>(to + beyond, <u8>counted);
}

/** Computes everything that the block at `call` says. There is at least one row and one channel. */
export function countAll(call: usize): void {
  const samples = load<i32>(call, at.samples);
  const outHeight = load<i32>(call, at.outHeight);
  const outWidth = load<i32>(call, at.outWidth);
  const images: usize = load<i32>(call, at.inputs);
  const room = roomOf(call);
  memory.fill(load<i32>(call, at.panel), 0, room << 1);
  let row = 0;
  for (let sample = 0; sample < samples; sample++)
    for (let y = 0; y < outHeight; y++)
      for (let x = 0; x < outWidth; x++, row++) {
        const place = y * load<i32>(call, at.verticalStep) + x * load<i32>(call, at.horizontalStep);
        countRow(call, images + sample * bytesOfImage(call) + place, row);
      }
}

/** Bytes of the bits of a row, in whole vectors. */
function roomOf(call: usize): usize {
  return (<usize>load<i32>(call, at.quads) + 15) & ~15;
}

function countRow(call: usize, from: usize, row: i32): void {
  const columns = load<i32>(call, at.columns);
  const room = roomOf(call);
  const bits: usize = load<i32>(call, at.panel);
  const counted = bits + room;
  gather(call, from, bits);
  gather(call, from + load<i32>(call, at.samples) * bytesOfImage(call), counted);
  const all = i32x4.splat(countBits(counted, room));
  let weights: usize = load<i32>(call, at.weights);
  for (let column = 0; column < columns; column += 4, weights += room << 2) {
    const different = i32x4.shl(countFour(bits, weights, room), 1);
    const sums = i32x4.sub(all, different);
    finishFour(call, sums, sums, column, row);
  }
}

/** What a window sees, side by side. */
function gather(call: usize, from: usize, to: usize): void {
  const run = load<i32>(call, at.run);
  let skips: usize = load<i32>(call, at.skips);
  for (let runs = load<i32>(call, at.runs); runs > 0; runs--, skips += 4) {
    let source = from + load<i32>(skips);
    let left = run;
    for (; left >= 8; left -= 8, source += 8, to += 8) store<u64>(to, load<u64>(source));
    for (; left > 0; left--, source++, to++) store<u8>(to, load<u8>(source));
  }
}

function countBits(from: usize, bytes: usize): i32 {
  let sum = 0;
  for (const end = from + bytes; from < end; from += 8) sum += <i32>popcnt<u64>(load<u64>(from));
  return sum;
}

/** How many bits that count differ from those of four channels; what counts lies behind the bits. */
function countFour(bits: usize, weights: usize, room: usize): v128 {
  let sum0 = i32x4.splat(0);
  let sum1 = sum0;
  let sum2 = sum0;
  let sum3 = sum0;
  for (let left = <i32>(room >> 4); left > 0; left -= mostVectors) {
    let byte0 = i32x4.splat(0);
    let byte1 = byte0;
    let byte2 = byte0;
    let byte3 = byte0;
    for (let vectors = min(left, mostVectors); vectors > 0; vectors--, bits += 16, weights += 16) {
      const own = v128.load(bits);
      const counted = v128.load(bits + room);
      let other = weights;
      byte0 = i8x16.add(byte0, differing(own, counted, v128.load(other)));
      byte1 = i8x16.add(byte1, differing(own, counted, v128.load((other += room))));
      byte2 = i8x16.add(byte2, differing(own, counted, v128.load((other += room))));
      byte3 = i8x16.add(byte3, differing(own, counted, v128.load(other + room)));
    }
    sum0 = i32x4.add(sum0, widened(byte0));
    sum1 = i32x4.add(sum1, widened(byte1));
    sum2 = i32x4.add(sum2, widened(byte2));
    sum3 = i32x4.add(sum3, widened(byte3));
  }
  return joined(joined(sum0, sum1), joined(sum2, sum3));
}

function differing(own: v128, counted: v128, weights: v128): v128 {
  return i8x16.popcnt(v128.and(v128.xor(own, weights), counted));
}

function widened(bytes: v128): v128 {
  return i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(bytes));
}

/** Sums of neighbours of two vectors. */
function joined(low: v128, high: v128): v128 {
  return i32x4.add(v128.shuffle<i32>(low, high, 0, 2, 4, 6), v128.shuffle<i32>(low, high, 1, 3, 5, 7));
}
