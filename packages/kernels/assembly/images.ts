// A batch becomes integers with a border of zeros, each sample by its largest magnitude or all by a step that is given.
import * as at from './call';
import { largest, largestOf, quantizeBytes, quantizePairs } from './quantize';

/** Samples whose largest magnitude is below count as zeros: 2^-100. */
const smallestMagnitude: f32 = 7.888609052210118e-31;

/** Quantizes all samples, and writes for each row of the product where its window begins and its scale. */
export function quantizeAll(call: usize): void {
  const samples = load<i32>(call, at.samples);
  const count = load<i32>(call, at.height) * load<i32>(call, at.width) * load<i32>(call, at.channels);
  const imageBytes = bytesOfImage(call);
  let values: usize = load<i32>(call, at.values);
  let image: usize = load<i32>(call, at.inputs);
  for (let sample = 0; sample < samples; sample++) {
    const most = foundMost(call, sample, values, count);
    const step = stepOf(call, most);
    let inverse = load<f32>(call, at.inverse);
    if (load<f32>(call, at.step) == 0) inverse = step > 0 ? 127 / most : 0;
    quantizeImage(call, values, image, imageBytes, inverse);
    writeScale(call, sample, step);
    values += (<usize>count) << 2;
    image += imageBytes;
  }
  writePlaces(call, imageBytes);
}

/**
 * Makes ready for codes that the layer before writes: zeros around them, where windows begin, and at `targets` where the codes of
 * each pixel go. What no window reaches goes behind the images, where a pixel has room.
 */
export function expectCodes(call: usize, targets: usize): void {
  const imageBytes = bytesOfImage(call);
  const samples = load<i32>(call, at.samples);
  if ((load<i32>(call, at.channels) & 3) != 0 || hasBorder(call))
    memory.fill(load<i32>(call, at.inputs), <u8>load<i32>(call, at.zero), samples * imageBytes);
  writePlaces(call, imageBytes);
  const height = load<i32>(call, at.height);
  const width = load<i32>(call, at.width);
  const reachedHeight = load<i32>(call, at.reachedHeight);
  const reachedWidth = load<i32>(call, at.reachedWidth);
  const pixelBytes = load<i32>(call, at.pixelBytes);
  const lineBytes = load<i32>(call, at.borderedWidth) * pixelBytes;
  const images = load<i32>(call, at.inputs);
  const behind = images + samples * imageBytes;
  const first = images + load<i32>(call, at.top) * lineBytes + load<i32>(call, at.left) * pixelBytes;
  for (let sample = 0; sample < samples; sample++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++, targets += 4) {
        const isReached = y < reachedHeight && x < reachedWidth;
        const place = first + sample * imageBytes + y * lineBytes + x * pixelBytes;
        store<i32>(targets, isReached ? place : behind);
      }
}

/** Writes the scales of rows once all codes are there. */
export function acceptCodes(call: usize): void {
  const samples = load<i32>(call, at.samples);
  for (let sample = 0; sample < samples; sample++)
    writeScale(call, sample, stepOf(call, foundMost(call, sample, 0, 0)));
}

function bytesOfImage(call: usize): i32 {
  return (
    load<i32>(call, at.borderedHeight) * load<i32>(call, at.borderedWidth) * load<i32>(call, at.pixelBytes)
  );
}

function hasBorder(call: usize): bool {
  return (
    load<i32>(call, at.reachedHeight) < load<i32>(call, at.borderedHeight) ||
    load<i32>(call, at.reachedWidth) < load<i32>(call, at.borderedWidth)
  );
}

/** The largest magnitude of a sample: found before, or now. */
function foundMost(call: usize, sample: i32, values: usize, count: i32): f32 {
  const found: usize = load<i32>(call, at.found);
  if (found) return largestOf(v128.load(found + ((<usize>sample) << 4)));
  return largest(values, count);
}

/** What a code stands for; NaN for samples in which there is one, and for infinite ones that are divided by their largest. */
function stepOf(call: usize, most: f32): f32 {
  const given = load<f32>(call, at.step);
  if (given != 0) return most == most ? given : NaN;
  if (!(most < Infinity)) return NaN;
  return most >= smallestMagnitude ? most / 127 : 0;
}

function writeScale(call: usize, sample: i32, scale: f32): void {
  const rows = load<i32>(call, at.outHeight) * load<i32>(call, at.outWidth);
  let to: usize = load<i32>(call, at.rowScales) + ((sample * rows) << 2);
  for (const end = to + (rows << 2); to < end; to += 4) store<f32>(to, scale);
}

function quantizeImage(call: usize, values: usize, image: usize, imageBytes: i32, inverse: f32): void {
  const width = load<i32>(call, at.width);
  const channels = load<i32>(call, at.channels);
  const borderedWidth = load<i32>(call, at.borderedWidth);
  const pixelBytes = load<i32>(call, at.pixelBytes);
  let rows = load<i32>(call, at.reachedHeight);
  let pixels = load<i32>(call, at.reachedWidth);
  if (channels == 0 || hasBorder(call)) memory.fill(image, <u8>load<i32>(call, at.zero), imageBytes);
  if (channels == 0) return;
  if (pixels == width && pixels == borderedWidth) {
    pixels *= rows;
    rows = 1;
  }
  const border = load<i32>(call, at.top) * borderedWidth + load<i32>(call, at.left);
  image += border * pixelBytes;
  for (let row = 0; row < rows; row++) {
    if (ASC_FEATURE_RELAXED_SIMD && load<i32>(call, at.relaxed))
      quantizeBytes(call, values, image, pixels, inverse);
    else quantizePairs(call, values, image, pixels, inverse);
    values += (width * channels) << 2;
    image += borderedWidth * pixelBytes;
  }
}

function writePlaces(call: usize, imageBytes: i32): void {
  const samples = load<i32>(call, at.samples);
  const outHeight = load<i32>(call, at.outHeight);
  const outWidth = load<i32>(call, at.outWidth);
  const verticalStep = load<i32>(call, at.verticalStep);
  const horizontalStep = load<i32>(call, at.horizontalStep);
  let to: usize = load<i32>(call, at.places);
  for (let sample = 0; sample < samples; sample++)
    for (let y = 0; y < outHeight; y++) {
      let place = sample * imageBytes + y * verticalStep;
      for (let x = 0; x < outWidth; x++, to += 4) {
        store<i32>(to, place);
        place += horizontalStep;
      }
    }
}
