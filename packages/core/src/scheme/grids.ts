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

/** Writes the parameters of `count` slices, from `slice` on, into the memory of loops. */
export type LoadSlices = (slice: number, count: number) => void;

/** Loads the parameters of a block's slices, unless they are there from the block before, as where the rows of a matrix share slices. */
export function loadedOnce(load: LoadSlices): LoadSlices {
  let held = -1;
  let heldCount = 0;
  return (slice, count) => {
    if (slice === held && count <= heldCount) return;
    held = slice;
    heldCount = count;
    load(slice, count);
  };
}

/** Loads the grids of slices. */
export function gridLoader(
  { scales, offsets }: Pick<Kernels, 'scales' | 'offsets'>,
  grids: Grids,
): LoadSlices {
  return loadedOnce((slice, count) => {
    scales.set(grids.scale.subarray(slice, slice + count));
    offsets.set(grids.offsets.subarray(slice, slice + count));
  });
}
