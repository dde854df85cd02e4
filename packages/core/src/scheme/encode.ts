import { checkFinite } from './check-finite.js';
import { checkLevels } from './check-levels.js';
import { withConstantSteps } from './constant-slices.js';
import { fitSlices, type SliceFit } from './fit-slices.js';
import { encodeValues } from './nearest.js';
import { roundParameters } from './parameters.js';
import { checkShape } from './shape.js';
import { sliceRanges, type SliceRanges } from './slice-ranges.js';
import { sliceLayout } from './slicing.js';
import type { ParameterStorage, QuantizedTensor, Slicing } from './types.js';

export interface EncodeSettings extends SliceFit {
  readonly parameterStorage?: ParameterStorage;
  /** Name of the tensor, for errors. */
  readonly where?: string;
  /** Ranges of the slices, where they are known: then the values were found finite. */
  readonly ranges?: SliceRanges;
}

/**
 * Quantizes a tensor: fits every slice, rounds the parameters to their storage, and codes each value to the
 * nearest level. An empty tensor has empty codes and scale 0. Parameters that the storage cannot hold closely are stored as
 * float32. Throws `non-finite` (with the index of the first NaN or infinity, or the slice whose levels go beyond float32),
 * `invalid-argument` for a shape or slicing that does not fit, `plugin-failed` when `fit` returns parameters that are not
 * finite or need more bits.
 */
export function encode(
  values: Float32Array,
  shape: readonly number[],
  slicing: Slicing,
  settings: EncodeSettings,
): QuantizedTensor {
  const { bits, parameterStorage = 'float32', where = 'tensor' } = settings;
  checkShape(shape, values.length, where);
  const layout = sliceLayout(shape, slicing);
  const ranges = settings.ranges ?? (settings.fitRanges && sliceRanges(values, layout, where));
  if (ranges === undefined) checkFinite(values, where);
  const fitted = fitSlices(values, layout, settings, where, ranges);
  const stored = roundParameters(withConstantSteps(fitted), parameterStorage, where);
  checkLevels(stored.scheme, where);
  const codes = bits <= 8 ? new Uint8Array(values.length) : new Uint16Array(values.length);
  encodeValues(stored.scheme, values, layout, codes);
  return { shape: [...shape], slicing, bits, codes, ...stored };
}
