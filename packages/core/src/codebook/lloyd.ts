import { checkNumbers } from '../errors/check-kinds.js';
import { checkOptionNames } from '../errors/check-option-names.js';
import { cellEnds } from './cells.js';
import { checkPoints, meanOf, type WeightedPoints } from './weighted-points.js';

export interface LloydOptions {
  /** 1 where a start level keeps its value. Default: none does. */
  readonly pinned?: ArrayLike<number>;
  /** Most steps; default 300. */
  readonly iterations?: number;
  /** Ends when no level moves by this share of the largest |value| or more; 0: never. Default 1e-7. */
  readonly tolerance?: number;
}

export interface LloydResult {
  /** The levels, in the order of the start. */
  readonly levels: Float64Array;
  /** Steps that were taken. */
  readonly iterations: number;
}

/**
 * k-means in one dimension. A step gives each point to its nearest level (one midway to the level with the
 * lower index in `start`), then moves each level that is not pinned to the weighted mean of its points; a
 * level without points keeps its value. A step costs K bisections, whatever the number of points.
 *
 * Source: S. P. Lloyd, "Least squares quantization in PCM", IEEE Trans. Information Theory 28, 1982, method I.
 */
export function lloyd(
  points: WeightedPoints,
  start: ArrayLike<number>,
  options: LloydOptions = {},
): LloydResult {
  const where = 'lloyd(points, start, options)';
  checkPoints(points, where);
  checkNumbers(start, where);
  checkOptionNames(options, ['pinned', 'iterations', 'tolerance'], where);
  const { pinned = [], iterations = 300, tolerance = 1e-7 } = options;
  const order = ascendingIndices(start);
  const levels = Float64Array.from(order, (index) => start[index] as number);
  const fixed = Uint8Array.from(order, (index) => pinned[index] ?? 0);
  // Cells keep their order, so which of two neighbours has the lower index is known beforehand.
  const upperWins = Uint8Array.from(levels, (_, i) =>
    (order[i + 1] as number) < (order[i] as number) ? 1 : 0,
  );
  const enough = tolerance * largestMagnitude(points.values);
  let taken = 0;
  let moved = Infinity;
  while (taken < iterations && (moved >= enough || tolerance === 0)) {
    moved = step(points, levels, fixed, upperWins);
    taken++;
    if (moved === 0) break;
  }
  const result = new Float64Array(levels.length);
  order.forEach((index, i) => (result[index] = levels[i] as number));
  return { levels: result, iterations: taken };
}

/** Moves the ascending levels once; gives the longest way that one of them went. */
function step(
  points: WeightedPoints,
  levels: Float64Array,
  fixed: Uint8Array,
  upperWins: Uint8Array,
): number {
  const ends = cellEnds(points, levels, upperWins);
  let moved = 0;
  for (let i = 0; i < levels.length; i++) {
    const [from, to] = [ends[i] as number, ends[i + 1] as number];
    if (fixed[i] === 1 || to <= from) continue;
    const mean = meanOf(points, from, to);
    moved = Math.max(moved, Math.abs(mean - (levels[i] as number)));
    levels[i] = mean;
  }
  return moved;
}

function ascendingIndices(start: ArrayLike<number>): number[] {
  const indices = Array.from(start, (_, i) => i);
  return indices.sort((a, b) => (start[a] as number) - (start[b] as number) || a - b);
}

function largestMagnitude(ascending: Float64Array): number {
  return Math.max(-(ascending[0] ?? 0), ascending[ascending.length - 1] ?? 0);
}
