import type { Image } from './image.js';

/** Normalization of one channel: (value / 255 − mean) / deviation. */
export interface Normalization {
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

/**
 * An image as planes [3, height, width] in the order blue, green, red, which is what PaddleOCR's models are
 * trained on. The first mean and deviation belong to blue (PaddleOCR applies ImageNet's red ones there).
 */
export function bluePlanesFirst(
  { width, height, data }: Image,
  { mean, deviation }: Normalization,
): Float32Array {
  const size = width * height;
  const planes = new Float32Array(3 * size);
  for (let plane = 0; plane < 3; plane++) {
    for (let i = 0; i < size; i++) {
      planes[plane * size + i] = (data[i * 3 + 2 - plane]! / 255 - mean[plane]!) / deviation[plane]!;
    }
  }
  return planes;
}
