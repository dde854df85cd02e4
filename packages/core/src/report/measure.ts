import type { ErrorMeasures } from './report.js';

/** Compares decoded values with the original ones. */
export function measureError(original: Float32Array, decoded: Float32Array): ErrorMeasures {
  // Deviations from the first value, so that rounding makes no spread where all values are equal.
  const first = original[0] ?? 0;
  let sum = 0;
  let squares = 0;
  let signal = 0;
  let noise = 0;
  let largest = 0;
  for (let i = 0; i < original.length; i++) {
    const value = original[i] as number;
    const deviation = value - first;
    const error = value - (decoded[i] as number);
    sum += deviation;
    squares += deviation * deviation;
    signal += value * value;
    noise += error * error;
    largest = Math.max(largest, Math.abs(error));
  }
  const spread = squares - (sum * sum) / (original.length || 1);
  return {
    sqnrDb: decibels(signal, noise),
    meanSquared: noise / (original.length || 1),
    largest,
    relative: spread === 0 ? null : noise / spread,
  };
}

/** 10·log10(signal / noise); `null` when there is no noise. */
export function decibels(signal: number, noise: number): number | null {
  return noise === 0 ? null : 10 * Math.log10(signal / noise);
}
