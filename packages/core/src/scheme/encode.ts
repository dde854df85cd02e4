import { LowbitError } from '../errors/error.js';
import { checkFinite } from './check-finite.js';
import { fitRanges } from './fit-ranges.js';
import { fitSlices, type SliceFit } from './fit-slices.js';
import { encodeValues } from './nearest.js';
import { roundParameters } from './parameters.js';
import { gatherScheme } from './scheme.js';
import { checkShape } from './shape.js';
import { sliceRanges, type SliceRanges } from './slice-ranges.js';
import { sliceLayout } from './slicing.js';
import type { ParameterStorage, QuantizedTensor, SliceParameters, Slicing } from './types.js';

export interface EncodeSettings extends SliceFit {
  readonly bits: number;
  readonly parameterStorage?: ParameterStorage;
  /** Name of the tensor, for errors. */
  readonly where?: string;
  /** Ranges of the slices, where they are known: then the values were found finite. */
  readonly ranges?: SliceRanges;
}

/**
 * Quantizes a tensor: fits every slice, rounds the parameters to their storage, and codes each value to the
 * nearest level. An empty tensor has empty codes and scale 0. Throws `non-finite` (with the index of the
 * first NaN or infinity), `invalid-argument` for a shape or slicing that does not fit, `plugin-failed` when
 * `fit` returns parameters that are not finite or need more bits.
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
  const ranges = settings.ranges ?? (settings.fitRange && sliceRanges(values, layout, where));
  if (ranges === undefined) checkFinite(values, where);
  const most = 2 ** bits;
  const check = (fitted: SliceParameters) => checkParameters(fitted, most, where);
  const fit = fitSlices(values, layout, settings, ranges);
  const fitted =
    fitRanges(settings, check, values.length === 0 ? undefined : ranges) ??
    gatherScheme(layout.count, (slice) => check(fit(slice)), where);
  const scheme = roundParameters(fitted, parameterStorage, where);
  const codes = bits <= 8 ? new Uint8Array(values.length) : new Uint16Array(values.length);
  encodeValues(scheme, values, layout, codes);
  return { shape: [...shape], slicing, bits, codes, scheme, parameterStorage };
}

function checkParameters(parameters: SliceParameters, most: number, where: string): SliceParameters {
  const finite = isFinite(parameters);
  const levels = levelCount(parameters);
  if (finite && levels <= most) return parameters;
  throw new LowbitError({
    code: 'plugin-failed',
    where,
    expected: `finite parameters with at most ${most} levels`,
    received: finite ? `${levels} levels` : 'a parameter that is NaN or infinite',
    remedy: "Report this to the quantizer's author.",
  });
}

function isFinite(parameters: SliceParameters): boolean {
  if (parameters.kind === 'affine') {
    const { scale, offset = 0 } = parameters;
    return Number.isFinite(Math.fround(scale)) && Number.isFinite(Math.fround(offset));
  }
  if (parameters.kind === 'residual') return parameters.scales.every(Number.isFinite);
  const { values, thresholds } = parameters;
  return values.every(Number.isFinite) && (thresholds?.every(Number.isFinite) ?? true);
}

function levelCount(parameters: SliceParameters): number {
  if (parameters.kind === 'affine') return parameters.levels;
  return parameters.kind === 'residual' ? 2 ** parameters.scales.length : parameters.values.length;
}
