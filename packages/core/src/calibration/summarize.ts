import { eachBlock } from './each-block.js';
import { mergeMoments, type Moments } from './moments.js';

/** What one pass over the values of a batch tells. Of no values: a range from ∞ to −∞. */
export interface Summary extends Moments {
  readonly min: number;
  readonly max: number;
}

/** Smallest and largest value and moments. `squares` is NaN where a value is NaN or infinite. */
export function summarize(values: ArrayLike<number>): Summary {
  let summary: Summary = { count: 0, mean: 0, squares: 0, min: Infinity, max: -Infinity };
  eachBlock(values.length, (from, to) => {
    const block = summarizeBlock(values, from, to);
    const [min, max] = [Math.min(summary.min, block.min), Math.max(summary.max, block.max)];
    summary = { ...mergeMoments(summary, block), min, max };
  });
  return summary;
}

/** Deviations are summed from the first value, so that nothing is lost where they are small beside it. */
function summarizeBlock(values: ArrayLike<number>, from: number, to: number): Summary {
  const count = to - from;
  const first = values[from] as number;
  let min = first;
  let max = first;
  let sum = 0;
  let squares = 0;
  for (let i = from; i < to; i++) {
    const value = values[i] as number;
    if (value < min) min = value;
    if (value > max) max = value;
    const delta = value - first;
    sum += delta;
    squares += delta * delta;
  }
  return { count, mean: first + sum / count, squares: Math.max(0, squares - (sum * sum) / count), min, max };
}
