import type { RangeStatistics } from '../calibration/site-statistics.js';
import { neverSeen } from '../report/activation-rows.js';
import type { SliceParameters } from '../scheme/types.js';

/** Of the largest value: what rounding alone makes of one value that a network computes in float32, with room to spare. */
const negligible = 2 ** -16;

/** Why a site where only one value was seen, up to rounding, or none in any batch, stays float; `undefined` where several were seen. */
export function noSpread(observed: RangeStatistics | undefined): string | undefined {
  if (observed === undefined) return undefined;
  if (observed.count === 0) return observed.nonFinite === 0 ? neverSeen : undefined;
  const { min, max } = observed;
  if (min === max) return `it never changed in the calibration (always ${min})`;
  const largest = Math.max(Math.abs(min), Math.abs(max));
  if (max - min > negligible * largest) return undefined;
  return `it hardly changed in the calibration (from ${min} to ${max})`;
}

/** Why a site whose fitted levels are all the same stays float; `undefined` where there are several. */
export function oneLevel(parameters: SliceParameters, quantizer: string): string | undefined {
  const level = soleLevel(parameters);
  return level === undefined
    ? undefined
    : `${quantizer} finds one level only for what was seen there (${level})`;
}

function soleLevel(parameters: SliceParameters): number | undefined {
  if (parameters.kind === 'affine') return parameters.scale === 0 ? (parameters.offset ?? 0) : undefined;
  if (parameters.kind === 'residual') return parameters.scales.every((scale) => scale === 0) ? 0 : undefined;
  const [first = 0] = parameters.values;
  return parameters.values.every((value) => value === first) ? first : undefined;
}
