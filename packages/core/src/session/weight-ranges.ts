import type { WeightDescriptor } from '../model/port.js';
import { slicingOf } from '../plan/granularity.js';
import type { QuantizedEntry } from '../plan/plan.js';
import { checkShape } from '../scheme/shape.js';
import { sliceRanges, type SliceRanges } from '../scheme/slice-ranges.js';
import { sliceLayout } from '../scheme/slicing.js';

/**
 * The ranges of a weight's slices, to be fitted to and reported.
 *
 * @throws LowbitError `non-finite`; `invalid-argument` for values that do not fit the shape.
 */
export function weightRanges(
  { granularity }: QuantizedEntry,
  weight: WeightDescriptor,
  values: Float32Array,
): SliceRanges {
  checkShape(weight.shape, values.length, weight.id);
  return sliceRanges(values, sliceLayout(weight.shape, slicingOf(granularity, weight)), weight.id);
}
