import type { Levels } from './levels.js';

/**
 * Weights whose levels are to be chosen: a matrix W with one row an output channel and one column an input, and what its inputs were.
 * Rounding to Q costs a channel (q − w) H (q − w)ᵀ, the mean squared error of its output: H = E[x xᵀ].
 */
export interface RoundingProblem {
  readonly channels: number;
  readonly inputs: number;
  /** W, row-major. */
  readonly values: Float32Array;
  /** The slice of each value. */
  readonly slices: ArrayLike<number>;
  readonly levels: Levels;
  /** H, row-major. */
  readonly gram: Float32Array;
}

/** The rank of the level of each value. */
export type Ranks = Uint16Array;

/** The level of every value that is nearest to it, whatever the thresholds of a codebook say. */
export function nearestRanks({ values, slices, levels }: RoundingProblem): Ranks {
  return Uint16Array.from(values, (value, i) => levels.nearest(value, slices[i] as number));
}

/** Q − W, row-major. */
export function differences({ values, slices, levels }: RoundingProblem, ranks: Ranks): Float64Array {
  return Float64Array.from(
    ranks,
    (rank, i) => levels.value(rank, slices[i] as number) - (values[i] as number),
  );
}

/** d H for some channels: the differences times the matrix, row-major. `gram` is H, or another of its size. */
export function timesGram(d: Float64Array, gram: Float32Array, inputs: number): Float64Array {
  const product = new Float64Array(d.length);
  for (let j = 0; j < inputs; j++)
    for (let from = 0; from < d.length; from += inputs) {
      const factor = d[from + j] as number;
      if (factor === 0) continue;
      for (let i = 0, h = j * inputs; i < inputs; i++, h++)
        product[from + i]! += factor * (gram[h] as number);
    }
  return product;
}

/** Channels that are worked on together, so that a row of the matrix is read once for all of them. */
const together = 8;

/** Visits the channels in blocks that one row of the matrix serves. @param visit Gets where the values of a block begin and end. */
export function eachBlock(
  { channels, inputs }: RoundingProblem,
  visit: (from: number, to: number) => void,
): void {
  for (let channel = 0; channel < channels; channel += together)
    visit(channel * inputs, Math.min(channels, channel + together) * inputs);
}

/** Σ (q − w) H (q − w)ᵀ over all channels, by H or another matrix of its size. */
export function totalError(problem: RoundingProblem, ranks: Ranks, gram = problem.gram): number {
  const all = differences(problem, ranks);
  let sum = 0;
  eachBlock(problem, (from, to) => {
    const d = all.subarray(from, to);
    const product = timesGram(d, gram, problem.inputs);
    for (let i = 0; i < d.length; i++) sum += (d[i] as number) * (product[i] as number);
  });
  return sum;
}
