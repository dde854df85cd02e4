import { addProduct, channelErrors } from '@lowbit/core/method';
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
  const ranks = new Uint16Array(values.length);
  for (let i = 0; i < ranks.length; i++) ranks[i] = levels.nearest(values[i] as number, slices[i] as number);
  return ranks;
}

/** Q − W, row-major. */
export function differences({ values, slices, levels }: RoundingProblem, ranks: Ranks): Float64Array {
  const off = new Float64Array(values.length);
  for (let i = 0; i < off.length; i++)
    off[i] = levels.value(ranks[i] as number, slices[i] as number) - (values[i] as number);
  return off;
}

/** d H for some channels: the differences times the matrix, row-major. `gram` is H, or another of its size. */
export function timesGram(d: Float64Array, gram: Float32Array, inputs: number): Float64Array {
  const product = new Float64Array(d.length);
  const size = { rows: d.length / inputs, columns: inputs };
  addProduct(
    { values: product, ...size },
    { values: d, ...size },
    { values: gram, rows: inputs, columns: inputs },
  );
  return product;
}

/** Channels that are worked on together, so that what they take stays small. */
const together = 512;

/** Visits the channels in blocks. @param visit Gets where the values of a block begin and end. */
export function eachBlock(
  { channels, inputs }: RoundingProblem,
  visit: (from: number, to: number) => void,
): void {
  for (let channel = 0; channel < channels; channel += together)
    visit(channel * inputs, Math.min(channels, channel + together) * inputs);
}

/** Σ (q − w) H (q − w)ᵀ over all channels, by H or another matrix of its size. */
export const totalError = (problem: RoundingProblem, ranks: Ranks, gram = problem.gram): number =>
  channelErrors(differences(problem, ranks), gram, problem).reduce((sum, error) => sum + error, 0);
