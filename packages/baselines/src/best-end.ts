import type { Affine } from './even-grid.js';
import { gridError, type WeightedPoints } from './weighted-points.js';

/** Ends of the range that are tried, as shares of the largest value: 1, 0.99 … 0.2. */
const shares = Array.from({ length: 81 }, (_, i) => 1 - i / 100);

/** The shares of the whole range, the widest first; 0 alone where there is no range. */
export function candidateEnds(whole: number): readonly number[] {
  return whole === 0 ? [0] : shares.map((share) => share * whole);
}

/** The end of the range, among shares of the whole, whose grid has the least error; the widest of equal ones. */
export function bestEnd(points: WeightedPoints, whole: number, gridTo: (end: number) => Affine): number {
  const ends = candidateEnds(whole);
  const grids = ends.map(gridTo);
  return ends[grids.indexOf(bestGrid(points, grids))] as number;
}

/** The grid with the least squared error, the first of equal ones. */
export function bestGrid(points: WeightedPoints, grids: readonly Affine[]): Affine {
  const errors = grids.map((grid) => gridError(points, grid));
  return grids[errors.indexOf(Math.min(...errors))] as Affine;
}
