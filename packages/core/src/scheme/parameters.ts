import { LowbitError } from '../errors/error.js';
import { roundToFloat16 } from '../numeric/float16.js';
import { roundHalfEven } from '../numeric/round.js';
import type { AffineScheme, ParameterStorage, Scheme } from './types.js';
import { integerZeroPoints } from './zero-point.js';

/** Number of slices that share one float16 in two-level storage. */
export const superBlock = 16;

/** A slice this much smaller than the widest one of its tensor is dead: it may become a constant. */
const deadShare = 1e-6;

/**
 * The scheme with every parameter rounded to what its storage can hold, so that codes are chosen for the
 * parameters that are really stored. Integer zero points stay exact. Throws `unsupported-storage` when a
 * parameter does not fit (float16 ends at 65504 and at about 6e-8), or for two-level on a scheme that is not
 * affine. Slices a million times smaller than the widest one of their tensor become constants instead.
 */
export function roundParameters(scheme: Scheme, storage: ParameterStorage, where: string): Scheme {
  if (storage === 'float32') return scheme;
  if (scheme.kind === 'affine') return roundAffine(flattenDeadSlices(scheme), storage, where);
  if (storage !== 'float16') throw notAffine(scheme.kind, where);
  const half = (values: Float32Array) => values.map((value) => toHalf(value, where));
  if (scheme.kind === 'residual') return { ...scheme, scales: half(scheme.scales) };
  return { ...scheme, values: half(scheme.values) };
}

/** Makes dead slices constant at 0, so that one channel without signal does not rule out float16. */
function flattenDeadSlices(scheme: AffineScheme): AffineScheme {
  const { levels, scale, offset } = scheme;
  const reach = scale.map((step, s) => Math.abs(offset?.[s] ?? 0) + step * levels);
  const dead = deadShare * reach.reduce((most, value) => Math.max(most, value), 0);
  if (reach.every((value) => value >= dead)) return scheme;
  const keep = (values: Float32Array) => values.map((value, s) => ((reach[s] as number) < dead ? 0 : value));
  return offset === undefined
    ? { ...scheme, scale: keep(scale) }
    : { ...scheme, scale: keep(scale), offset: keep(offset) };
}

function roundAffine(
  scheme: AffineScheme,
  storage: Exclude<ParameterStorage, 'float32'>,
  where: string,
): AffineScheme {
  const round = (values: Float32Array) =>
    storage === 'float16'
      ? values.map((value) => toHalf(value, where))
      : joinTwoLevel(splitTwoLevel(values, storage.bits, where));
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

/** Numbers as integers of `bits` bits times one float16 a super-block. */
export interface TwoLevel {
  readonly bits: 6 | 8;
  /** Whether any number is negative; then the integers run from −2^(bits−1)+1 to 2^(bits−1)−1. */
  readonly signed: boolean;
  readonly integers: Int16Array;
  /** One float16-representable step for each {@link superBlock} numbers. */
  readonly steps: Float32Array;
}

/** The two-level form of the numbers; a number that is not 0 never becomes 0 unless it is signed. */
export function splitTwoLevel(values: Float32Array, bits: 6 | 8, where: string): TwoLevel {
  const signed = values.some((value) => value < 0);
  const largest = signed ? 2 ** (bits - 1) - 1 : 2 ** bits - 1;
  const steps = new Float32Array(Math.ceil(values.length / superBlock));
  const integers = new Int16Array(values.length);
  for (let block = 0; block < steps.length; block++) {
    const from = block * superBlock;
    const part = values.subarray(from, from + superBlock);
    const reach = part.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const step = reach === 0 ? 0 : toHalf(reach / largest, where);
    steps[block] = step;
    part.forEach((value, i) => {
      const nearest = step === 0 ? 0 : Math.max(-largest, Math.min(largest, roundHalfEven(value / step)));
      integers[from + i] = nearest === 0 && value !== 0 && !signed ? 1 : nearest;
    });
  }
  return { bits, signed, integers, steps };
}

/** The numbers that a two-level form stands for. */
export function joinTwoLevel({ integers, steps }: TwoLevel): Float32Array {
  return Float32Array.from(integers, (integer, i) => integer * (steps[Math.floor(i / superBlock)] as number));
}

function toHalf(value: number, where: string): number {
  const half = roundToFloat16(value);
  if (Number.isFinite(half) && (half !== 0 || value === 0)) return half;
  throw new LowbitError({
    code: 'unsupported-storage',
    where,
    expected: 'parameters that float16 can hold',
    received: String(value),
    remedy: "Store this weight's parameters as float32.",
  });
}

function notAffine(kind: string, where: string): LowbitError {
  return new LowbitError({
    code: 'unsupported-storage',
    where,
    expected: 'an affine scheme for two-level parameters',
    received: `a ${kind} scheme`,
    remedy: 'Use float16 or float32 parameters.',
  });
}
