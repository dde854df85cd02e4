import { plainAgain, type PlainQuantization, type StoredWeight, type WeightSpec } from '@lowbit/tfjs-format';

/**
 * The small form that a weight of lowbit's had in a plain file, which unmodified TensorFlow.js forgets when it loads it, found again in
 * its values: one even grid of at most 256 levels, or half precision. `undefined` where neither holds them exactly.
 */
export function forgottenForm(spec: WeightSpec, values: Float32Array): StoredWeight | undefined {
  const { name, shape } = spec;
  for (const quantization of [evenGridOf(values), { dtype: 'float16' } as const]) {
    const stored = quantization && plainAgain({ name, shape, dtype: 'float32', quantization }, values);
    if (stored !== undefined) return stored;
  }
  return undefined;
}

const mostLevels = 256;

/** A grid whose step is about the smallest distance of two values, with whole numbers of steps between all of them. */
function evenGridOf(values: Float32Array): PlainQuantization | undefined {
  const levels = Float32Array.from(new Set(values)).sort();
  const [first, last] = [levels[0], levels.at(-1)];
  if (first === undefined || last === undefined || levels.length > mostLevels) return undefined;
  if (levels.length === 1) return { dtype: 'uint8', scale: 1, min: first };
  let step = Infinity;
  for (let i = 1; i < levels.length; i++)
    step = Math.min(step, (levels[i] as number) - (levels[i - 1] as number));
  const numbers = levels.map((level) => Math.round((level - first) / step));
  return (numbers.at(-1) as number) < mostLevels ? lineThrough(numbers, levels) : undefined;
}

/**
 * The line from numbers to levels, each of which is off by at most half of its last digit. Two levels bound its slope; a slope within
 * the bounds of all pairs leaves room for one offset that suits all levels.
 */
function lineThrough(numbers: Float32Array, levels: Float32Array): PlainQuantization {
  const points = Array.from(levels, (level, i) => ({
    x: numbers[i] as number,
    y: level,
    half: halfDigit(level),
  }));
  const slopes = points.flatMap((a, i) =>
    points
      .slice(i + 1)
      .map((b) => ({ middle: (b.y - a.y) / (b.x - a.x), half: (a.half + b.half) / (b.x - a.x) })),
  );
  const scale = withinAll(slopes);
  const min = withinAll(points.map(({ x, y, half }) => ({ middle: y - scale * x, half })));
  return { dtype: 'uint8', scale, min };
}

/** The middle of what lies within all of these. */
function withinAll(intervals: readonly { readonly middle: number; readonly half: number }[]): number {
  let [least, most] = [-Infinity, Infinity];
  for (const { middle, half } of intervals) {
    least = Math.max(least, middle - half);
    most = Math.min(most, middle + half);
  }
  return (least + most) / 2;
}

/** Half of what the last binary digit of a float32 number counts. */
const halfDigit = (value: number): number =>
  value === 0 ? 0 : 2 ** (Math.floor(Math.log2(Math.abs(value))) - 24);
