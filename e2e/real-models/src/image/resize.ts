import { wholeOf, type Image, type Region } from './image.js';

/** For one output position: the first input position and the weights (sum 1) of that and the next ones. */
interface Tap {
  readonly first: number;
  readonly weights: readonly number[];
}

/**
 * Resizes a region of an image with a triangle filter that widens when shrinking, so nothing aliases
 * (what Pillow calls BILINEAR with antialiasing). Horizontal pass first, then vertical.
 */
export function resize(image: Image, width: number, height: number, region: Region = wholeOf(image)): Image {
  const columns = taps(region.x, region.width, width, image.width);
  const rows = taps(region.y, region.height, height, image.height);
  const top = rows[0]!.first;
  const last = rows[height - 1]!;
  const bottom = last.first + last.weights.length;
  const narrow = new Float32Array((bottom - top) * width * 3);
  for (let y = top; y < bottom; y++) {
    filter(image.data, y * image.width * 3, 3, columns, narrow, (y - top) * width * 3, 3);
  }
  const data = new Uint8ClampedArray(width * height * 3);
  const moved = rows.map(({ first, weights }) => ({ first: first - top, weights }));
  for (let x = 0; x < width; x++) filter(narrow, x * 3, width * 3, moved, data, x * 3, width * 3);
  return { width, height, data };
}

/** The triangle filter's taps for `count` outputs over `length` inputs from `start`, inside [0, limit). */
function taps(start: number, length: number, count: number, limit: number): Tap[] {
  const scale = length / count;
  const reach = Math.max(1, scale);
  return Array.from({ length: count }, (_, i) => {
    const centre = start + (i + 0.5) * scale - 0.5;
    const first = Math.max(0, Math.ceil(centre - reach));
    const end = Math.min(limit - 1, Math.floor(centre + reach));
    const weights = Array.from(
      { length: end - first + 1 },
      (_, j) => 1 - Math.abs(first + j - centre) / reach,
    );
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return { first, weights: weights.map((weight) => weight / sum) };
  });
}

/** One line of three-channel pixels: output pixel i is the sum of weights · input pixels. Strides in elements. */
function filter(
  from: ArrayLike<number>,
  fromStart: number,
  fromStride: number,
  outputs: readonly Tap[],
  to: Float32Array | Uint8ClampedArray,
  toStart: number,
  toStride: number,
): void {
  for (let i = 0; i < outputs.length; i++) {
    const { first, weights } = outputs[i]!;
    for (let channel = 0; channel < 3; channel++) {
      let sum = 0;
      for (let j = 0; j < weights.length; j++) {
        sum += weights[j]! * from[fromStart + (first + j) * fromStride + channel]!;
      }
      to[toStart + i * toStride + channel] = sum;
    }
  }
}
