import type { SliceRuns, VisitBlock, VisitRun } from '../scheme/slice-runs.js';

/** Below this many values, copying them to the kernels takes longer than they save. */
const fewest = 64;

/**
 * Visits all values of a tensor once: blocks that the kernels can take with `vector`, whose width is a multiple of 4, what these
 * leave over with `scalar`.
 */
export function eachBlock(
  { step, eachBlock, each }: SliceRuns,
  vector: VisitBlock | undefined,
  scalar: VisitRun,
): void {
  if (vector === undefined) return each(scalar);
  eachBlock((from, rows, width, slice) => {
    if (width % 4 === 0 && rows * width >= fewest) return vector(from, rows, width, slice);
    const whole = vectorCount(width);
    for (let row = 0, at = from; row < rows; row++, at += width) {
      const own = step === 1 ? slice : slice + row;
      if (whole > 0) vector(at, 1, whole, own);
      scalar(at + whole, at + width, own + step * whole);
    }
  });
}

/** How many of `count` values in a row are worth handing to the kernels. */
export const vectorCount = (count: number): number => (count < fewest ? 0 : count - (count % 4));
