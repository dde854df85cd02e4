import { affineGrids } from './scheme.js';
import type { SliceFit } from './fit-slices.js';
import type { SliceRanges } from './slice-ranges.js';
import type { AffineScheme, SliceParameters } from './types.js';

/**
 * The even grids of all slices, where ranges are known and alone decide them: short slices are so many that little may happen for
 * each. `undefined` where a slice needs its values, or gets no even grid.
 */
export function fitRanges(
  { fitRange }: SliceFit,
  check: (parameters: SliceParameters) => SliceParameters,
  ranges?: SliceRanges,
): AffineScheme | undefined {
  if (fitRange === undefined || ranges === undefined) return undefined;
  const { min, max } = ranges;
  const grids = affineGrids(min.length);
  for (let slice = 0; slice < min.length; slice++) {
    const parameters = fitRange(min[slice] as number, max[slice] as number, slice);
    if (parameters?.kind !== 'affine') return undefined;
    check(parameters);
    grids.add(parameters);
  }
  return grids.scheme();
}
