import { checkArgument } from '../errors/check-argument.js';
import { checkFinite } from './check-finite.js';
import { checkLevels } from './check-levels.js';
import { constantStep } from './constant-step.js';
import { slicesInSteps, type SliceFit } from './fit-slices.js';
import { nearestCodes } from './nearest.js';
import { roundParameters, type StoredScheme } from './parameters.js';
import { checkShape } from './shape.js';
import { sliceRanges, type SliceRanges } from './slice-ranges.js';
import { sliceLayout, type SliceLayout } from './slicing.js';
import { allSteps, type Steps } from './steps.js';
import type { ParameterStorage, QuantizedTensor, Scheme, Slicing } from './types.js';
import { integerZeroPoints } from './zero-point.js';

export interface EncodeSettings extends SliceFit {
  readonly parameterStorage?: ParameterStorage;
  /** Name of the tensor, for errors. */
  readonly where?: string;
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
  checkArguments(values, shape, settings);
  const { bits, where = 'tensor' } = settings;
  checkShape(shape, values.length, where);
  const layout = sliceLayout(shape, slicing);
  const ranges = settings.fitRanges && sliceRanges(values, layout, where);
  if (ranges === undefined) checkFinite(values, where);
  const stored = fitScheme(values, layout, settings, ranges);
  const codes = nearestCodes(stored.scheme, values, layout, bits);
  return { shape: [...shape], slicing, bits, codes, ...stored };
}

function checkArguments(values: unknown, shape: unknown, settings: unknown): void {
  const where = 'encode(values, shape, slicing, settings)';
  checkArgument(ArrayBuffer.isView(values), values, { where, expected: 'values in a Float32Array' });
  checkArgument(Array.isArray(shape), shape, { where, expected: 'a shape, as a list of lengths' });
  const { bits, fit } = Object(settings) as Partial<EncodeSettings>;
  const fits = typeof bits === 'number' && typeof fit === 'function';
  checkArgument(fits, settings, { where, expected: 'settings with bits and fit' });
}

/**
 * The first half of {@link encode}: the parameters of every slice of a tensor, as they are stored. The values are finite.
 *
 * @param ranges Wanted for `fitRanges`.
 */
export const fitScheme = (...given: Parameters<typeof schemeInSteps>): StoredScheme =>
  allSteps(schemeInSteps(...given));

/** As {@link fitScheme}, a slice a step. */
export function* schemeInSteps(
  values: Float32Array,
  layout: SliceLayout,
  settings: EncodeSettings,
  ranges?: SliceRanges,
): Steps<StoredScheme> {
  const { parameterStorage = 'float32', where = 'tensor' } = settings;
  const fitted = yield* slicesInSteps(values, layout, settings, where, ranges);
  const stored = roundParameters(withConstantSteps(fitted), parameterStorage, where);
  checkLevels(stored.scheme, where);
  return stored;
}

/**
 * The scheme with a step and a zero point for each constant slice, as all others have them, so that a slice without
 * spread does not cost the others theirs.
 */
export function withConstantSteps(scheme: Scheme): Scheme {
  if (scheme.kind !== 'affine' || scheme.offset === undefined || scheme.levels < 2) return scheme;
  const { levels, scale, offset } = scheme;
  const isConstant = (s: number) => scale[s] === 0 && offset[s] !== 0;
  if (!scale.some((_, s) => isConstant(s)) || integerZeroPoints(scheme) === undefined) return scheme;
  const stepped = { scale: scale.slice(), offset: offset.slice() };
  for (let s = 0; s < scale.length; s++) {
    if (!isConstant(s)) continue;
    const step = constantStep(offset[s] as number, levels);
    stepped.scale[s] = step.scale;
    stepped.offset[s] = -step.zeroPoint * step.scale;
  }
  return { kind: 'affine', levels, ...stepped };
}
