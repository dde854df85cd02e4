import { affineGrids, type AffineScheme, type SliceRanges } from '@lowbit/core/method';
import type { Affine } from './even-grid.js';

/** The grids of all slices, each by its smallest and largest value. */
export function overRanges(
  { min, max }: SliceRanges,
  overRange: (min: number, max: number) => Affine,
): AffineScheme {
  const grids = affineGrids(min.length);
  for (let slice = 0; slice < min.length; slice++)
    grids.add(overRange(min[slice] as number, max[slice] as number));
  return grids.scheme();
}
