import type { ErrorMeasures } from './report.js';

/** Compares decoded values with the original ones. */
export function measureError(original: Float32Array, decoded: Float32Array): ErrorMeasures {
  let mean = 0;
  for (let i = 0; i < original.length; i++) mean += original[i] as number;
  mean /= original.length || 1;
  let signal = 0;
  let spread = 0;
  let noise = 0;
  let largest = 0;
  for (let i = 0; i < original.length; i++) {
    const value = original[i] as number;
    const error = value - (decoded[i] as number);
    signal += value * value;
    spread += (value - mean) ** 2;
    noise += error * error;
    largest = Math.max(largest, Math.abs(error));
  }
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
