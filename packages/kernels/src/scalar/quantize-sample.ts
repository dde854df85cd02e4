import type { Geometry, Windows } from '../layer/geometry.js';

/** Rows whose largest magnitude lies below count as zeros, so that what they are divided by is no subnormal number. */
const smallestMagnitude = 2 ** -100;

/** Largest magnitude of quantized inputs. */
const highestInput = 127;

/** How the values of a row or sample become integers, and integers values again. */
interface InputScale {
  /** Factor before rounding, float32. */
  readonly inverse: number;
  /** Step of the integers, float32; NaN where a value is none or infinite, so that all of the output is NaN. */
  readonly scale: number;
}

/** @param largest The largest magnitude of the row: NaN if a value is NaN. */
function inputScale(largest: number): InputScale {
  if (!(largest < Infinity)) return { inverse: 0, scale: NaN };
  if (largest < smallestMagnitude) return { inverse: 0, scale: 0 };
  return { inverse: Math.fround(highestInput / largest), scale: Math.fround(largest / highestInput) };
}

/** The integers of a sample, `[height, width, channels]`, and their step. */
export function quantizeSample(
  values: Float32Array,
  sample: number,
  { channels }: Windows,
  { height, width }: Geometry,
): { readonly image: Int8Array; readonly scale: number } {
  const size = height * width * channels;
  const own = values.subarray(sample * size, (sample + 1) * size);
  const { inverse, scale } = inputScale(own.reduce((most, value) => Math.max(most, Math.abs(value)), 0));
  const image = new Int8Array(size);
  if (inverse !== 0) for (let at = 0; at < size; at++) image[at] = nearestOf(Math.fround(own[at]! * inverse));
  return { image, scale };
}

const roundingShift = 1.5 * 2 ** 23;

/** To the nearest integer, ties to even, of a magnitude below 2^22. */
function nearestOf(value: number): number {
  return Math.fround(value + roundingShift) - roundingShift;
}
