import type { SliceRanges } from './slice-ranges.js';
import type { SliceLayout } from './slicing.js';
import type { SliceParameters } from './types.js';

/** How the parameters of a slice, by its number, are chosen. */
export interface SliceFit {
  /** From its values. */
  readonly fit: (values: Float32Array, slice: number) => SliceParameters;
  /** From its smallest and largest value, to the same result; `undefined` where these do not decide. */
  readonly fitRange?: (min: number, max: number, slice: number) => SliceParameters | undefined;
}

/**
 * Chooses the parameters of slices, which are asked for by number. Values are put into slice-major order only if a fit
 * looks at them.
 *
 * @param ranges Wanted for `fitRange`.
 */
export function fitSlices(
  values: Float32Array,
  layout: SliceLayout,
  { fit, fitRange }: SliceFit,
  ranges?: SliceRanges,
): (slice: number) => SliceParameters {
  if (values.length === 0) return () => emptySlice;
  let ordered: Float32Array | undefined;
  const fitValues = (slice: number) => {
    ordered ??= layout.toSliceMajor(values);
    return fit(ordered.subarray(layout.start(slice), layout.end(slice)), slice);
  };
  if (fitRange === undefined || ranges === undefined) return fitValues;
  const { min, max } = ranges;
  return (slice) => fitRange(min[slice] as number, max[slice] as number, slice) ?? fitValues(slice);
}

const emptySlice: SliceParameters = { kind: 'affine', levels: 1, scale: 0, offset: 0 };
