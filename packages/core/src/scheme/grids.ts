import type { Kernels } from '../kernels/kernels.js';
import type { AffineScheme } from './types.js';

/** The even grids of all slices: value = scale · (code − middle) + offset. */
export interface Grids {
  readonly levels: number;
  readonly scale: Float32Array;
  readonly offsets: Float32Array;
  readonly middle: number;
}

export function gridsOf({ levels, scale, offset }: AffineScheme): Grids {
  if (offset !== undefined) return { levels, scale, offsets: offset, middle: 0 };
  return { levels, scale, offsets: new Float32Array(scale.length), middle: (levels - 1) / 2 };
}

/**
 * Writes the grids of a block's slices into the memory of the kernels, unless they are there from the block before, as where the
 * rows of a matrix share slices.
 */
export function gridLoader(
  { scales, offsets }: Kernels,
  grids: Grids,
): (slice: number, count: number) => void {
  let held = -1;
  let heldCount = 0;
  return (slice, count) => {
    if (slice === held && count <= heldCount) return;
    held = slice;
    heldCount = count;
    scales.set(grids.scale.subarray(slice, slice + count));
    offsets.set(grids.offsets.subarray(slice, slice + count));
  };
}
