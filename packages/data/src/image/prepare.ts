import { checkArgument } from '@lowbit/core/adapter';
import type { Numbers } from '../input/elements.js';
import { fit, type Fit } from './fit.js';
import type { Pixels } from './pixels.js';
import { takesPixels, type ImagePreparation } from './preparation.js';
import { resample, type Raster } from './resample.js';

/** Writes one picture as sample number `index` of a batch. */
export function prepareImage(
  pixels: Pixels,
  preparation: ImagePreparation,
  target: Numbers,
  index: number,
): void {
  checkPrepared(pixels, preparation, target);
  const place = fit(preparation.resize, pixels, preparation);
  const raster = toRaster(pixels, preparation);
  const scaled = { ...place, values: resample(raster, place.box, place.width, place.height) };
  const { width, height, channels } = preparation;
  const start = index * width * height * channels;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++) {
        const value = pixelAt(scaled, channels, x, y, c);
        target[start + offset(preparation, x, y, c)] = normalized(value, preparation, c);
      }
    }
  }
}

/** @throws LowbitError `invalid-argument` for what is no picture, no whole preparation, or nothing to write into. */
function checkPrepared(pixels: unknown, preparation: unknown, target: unknown): void {
  const where = 'prepareImage(pixels, preparation, target, index)';
  const has = (value: unknown, names: readonly string[]) =>
    names.every((name) => (Object(value) as Readonly<Record<string, unknown>>)[name] !== undefined);
  const check = (fits: boolean, value: unknown, expected: string) =>
    checkArgument(fits, value, { where, expected });
  check(has(pixels, ['width', 'height', 'data']), pixels, 'a picture: { width, height, data }');
  check(has(preparation, ['input', 'resize', 'mean']), preparation, 'what imagePreparation gives');
  check(ArrayBuffer.isView(target), target, 'the numbers of a batch, in a typed array');
}

/** Brings the channels into number and order; grey as ITU-R BT.601 weighs it, rounded to a byte. */
function toRaster({ width, height, data }: Pixels, { channels, order }: ImagePreparation): Raster {
  if (channels === 3 && order === 'rgb') return { width, height, channels, data };
  const result = new Uint8Array(width * height * channels);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const [red, green, blue] = [0, 1, 2].map((i) => data[pixel * 3 + i]) as [number, number, number];
    if (channels === 1) result[pixel] = Math.round(0.299 * red + 0.587 * green + 0.114 * blue);
    else result.set([blue, green, red], pixel * 3);
  }
  return { width, height, channels, data: result };
}

function pixelAt(
  { values, left, top, width, height }: Fit & { readonly values: Float32Array },
  channels: number,
  x: number,
  y: number,
  channel: number,
): number {
  const [column, row] = [x - left, y - top];
  if (column < 0 || row < 0 || column >= width || row >= height) return 0;
  return values[(row * width + column) * channels + channel] as number;
}

function offset(
  { layout, width, height, channels }: ImagePreparation,
  x: number,
  y: number,
  c: number,
): number {
  return layout === 'nchw' ? (c * height + y) * width + x : (y * width + x) * channels + c;
}

function normalized(value: number, { input, scale, mean, deviation }: ImagePreparation, c: number): number {
  if (takesPixels(input.type)) return Math.round(value);
  return (value * scale - (mean[c] as number)) / (deviation[c] as number);
}
