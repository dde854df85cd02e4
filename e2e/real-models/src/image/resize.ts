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
    const from = { data: image.data, start: y * image.width * 3, stride: 3 };
    filter(from, columns, { data: narrow, start: (y - top) * width * 3, stride: 3 });
  }
  const data = new Uint8ClampedArray(width * height * 3);
  const moved = rows.map(({ first, weights }) => ({ first: first - top, weights }));
  for (let x = 0; x < width; x++) {
    const place = { start: x * 3, stride: width * 3 };
    filter({ data: narrow, ...place }, moved, { data, ...place });
  }
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

/** A line of three-channel pixels. */
interface Line<T> {
  readonly data: T;
  readonly start: number;
  /** Elements from one pixel to the next. */
  readonly stride: number;
}

/** Output pixel i is the sum of weights · input pixels. */
function filter(
  from: Line<ArrayLike<number>>,
  outputs: readonly Tap[],
  to: Line<Float32Array | Uint8ClampedArray>,
): void {
  const { data, start, stride } = from;
  for (let i = 0; i < outputs.length; i++) {
    const { first, weights } = outputs[i]!;
    for (let channel = 0; channel < 3; channel++) {
      let sum = 0;
      for (let j = 0; j < weights.length; j++) {
        sum += weights[j]! * data[start + (first + j) * stride + channel]!;
      }
      to.data[to.start + i * to.stride + channel] = sum;
    }
  }
}
