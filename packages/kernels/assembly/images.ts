// A batch becomes integers with a border of zeros, each sample by its largest magnitude.
import * as at from './call';
import { largest, quantizeBytes, quantizePairs } from './quantize';

/** Samples whose largest magnitude is below count as zeros: 2^-100. */
const smallestMagnitude: f32 = 7.888609052210118e-31;

/** Quantizes all samples, and writes for each row of the product where its window begins and its scale. */
export function quantizeAll(call: usize): void {
  const samples = load<i32>(call, at.samples);
  const count = load<i32>(call, at.height) * load<i32>(call, at.width) * load<i32>(call, at.channels);
  const imageBytes =
    load<i32>(call, at.borderedHeight) * load<i32>(call, at.borderedWidth) * load<i32>(call, at.pixelBytes);
  const rows = load<i32>(call, at.outHeight) * load<i32>(call, at.outWidth);
  let values: usize = load<i32>(call, at.values);
  let image: usize = load<i32>(call, at.inputs);
  let scales: usize = load<i32>(call, at.rowScales);
  for (let sample = 0; sample < samples; sample++) {
    const most = largest(values, count);
    let inverse: f32 = 0;
    let scale: f32 = 0;
    if (!(most < Infinity)) scale = NaN;
    else if (most >= smallestMagnitude) {
      inverse = 127 / most;
      scale = most / 127;
    }
    quantizeImage(call, values, image, imageBytes, inverse);
    for (let row = 0; row < rows; row++, scales += 4) store<f32>(scales, scale);
    values += (<usize>count) << 2;
    image += imageBytes;
  }
  writePlaces(call, imageBytes);
}

function quantizeImage(call: usize, values: usize, image: usize, imageBytes: i32, inverse: f32): void {
  const width = load<i32>(call, at.width);
  const channels = load<i32>(call, at.channels);
  const reachedWidth = load<i32>(call, at.reachedWidth);
  const borderedWidth = load<i32>(call, at.borderedWidth);
  const pixelBytes = load<i32>(call, at.pixelBytes);
  let rows = load<i32>(call, at.reachedHeight);
  let pixels = reachedWidth;
  if (channels == 0 || rows < load<i32>(call, at.borderedHeight) || pixels < borderedWidth)
    memory.fill(image, <u8>load<i32>(call, at.flip), imageBytes);
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
