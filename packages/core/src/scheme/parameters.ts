import { LowbitError } from '../errors/error.js';
import { roundToFloat16 } from '../numeric/float16.js';
import { isClose } from './close.js';
import { joinTwoLevel, splitTwoLevel } from './two-level.js';
import type { AffineScheme, ParameterStorage, Scheme } from './types.js';
import { integerZeroPoints } from './zero-point.js';

/** A scheme as it can be stored. */
export interface StoredScheme {
  readonly scheme: Scheme;
  readonly parameterStorage: ParameterStorage;
}

/**
 * The scheme with every parameter rounded to what its storage can hold, so that codes are chosen for the
 * parameters that are really stored. Integer zero points stay exact. Where a storage cannot hold the parameters closely (float16
 * ends at 65504, has few digits below 6e-5 and none below 6e-8), they stay as they are, stored as float32.
 *
 * @throws LowbitError `unsupported-storage` for two-level on a scheme without one scale a slice. Values that slices share stay float32.
 */
export function roundParameters(scheme: Scheme, storage: ParameterStorage, where: string): StoredScheme {
  if (storage === 'float32') return { scheme, parameterStorage: storage };
  const hasScales = scheme.kind === 'affine' || (scheme.kind === 'codebook' && scheme.scale !== undefined);
  if (!hasScales && storage !== 'float16') throw notAffine(scheme.kind, where);
  const rounded = roundScheme(scheme, numberRounder(storage));
  return isClose(scheme, rounded, storage)
    ? { scheme: rounded, parameterStorage: storage }
    : { scheme, parameterStorage: 'float32' };
}

type RoundNumbers = (values: Float32Array) => Float32Array;

function numberRounder(storage: Exclude<ParameterStorage, 'float32'>): RoundNumbers {
  if (storage === 'float16') return (values) => values.map(roundToFloat16);
  return (values) => joinTwoLevel(splitTwoLevel(values, storage.bits));
}

function roundScheme(scheme: Scheme, round: RoundNumbers): Scheme {
  if (scheme.kind === 'residual') return { ...scheme, scales: round(scheme.scales) };
  if (scheme.kind === 'codebook')
    return scheme.scale === undefined
      ? { ...scheme, values: round(scheme.values) }
      : { ...scheme, scale: round(scheme.scale) };
  const scale = round(scheme.scale);
  if (scheme.offset === undefined) return { ...scheme, scale };
  const zeroPoints = storesZeroPoints(scheme) ? integerZeroPoints(scheme) : undefined;
  if (zeroPoints === undefined) return { ...scheme, scale, offset: round(scheme.offset) };
  return { ...scheme, scale, offset: scale.map((step, s) => -(zeroPoints[s] as number) * step) };
}

/** Whether the offsets are stored as integer zero points instead of numbers: no slice needs a free offset. */
export function storesZeroPoints(scheme: AffineScheme): boolean {
  const { offset } = scheme;
  if (offset === undefined || integerZeroPoints(scheme) === undefined) return false;
  for (let s = 0; s < offset.length; s++) if (scheme.scale[s] === 0 && offset[s] !== 0) return false;
  return true;
}

function notAffine(kind: string, where: string): LowbitError {
  return new LowbitError({
    code: 'unsupported-storage',
    where,
    expected: 'an affine scheme, or a shared codebook, for two-level parameters',
    received: `a ${kind} scheme`,
    remedy: 'Use float16 or float32 parameters.',
  });
}
