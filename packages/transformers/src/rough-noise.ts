import { sizeOf } from '@lowbit/core/adapter';

/**
 * Noise of mean 0 and variance 1 that has as much in every octave, as pictures and sounds have about: a sum of noises whose values are
 * the same over 1, 2, 4 … neighbours, along the last two axes.
 *
 * @param shape Sizes; axes before the last two are independent.
 */
export function roughNoise(shape: readonly number[], random: () => number): Float32Array {
  const [height, width] = shape.length > 1 ? (shape.slice(-2) as [number, number]) : [1, shape[0] as number];
  const data = new Float32Array(sizeOf(shape));
  const plane = height * width;
  let octaves = 0;
  for (let step = 1; step < 2 * Math.max(height, width); step *= 2) {
    octaves++;
    const columns = Math.ceil(width / step);
    for (let from = 0; from < data.length; from += plane) {
      const values = Float32Array.from({ length: columns * Math.ceil(height / step) }, () => evenly(random));
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++)
          (data[from + y * width + x] as number) += values[
            Math.floor(y / step) * columns + Math.floor(x / step)
          ] as number;
    }
  }
  return data.map((value) => value / Math.sqrt(octaves));
}

/** Of mean 0 and variance 1. */
const evenly = (random: () => number): number => Math.sqrt(12) * (random() - 0.5);
