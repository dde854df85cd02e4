import { roundHalfEven, type SliceParameters, toFloat32, toScale } from '@lowbit/core/method';

/** An even grid. */
export type Affine = Extract<SliceParameters, { kind: 'affine' }>;

/** The grid of `levels` levels over a range, extended to include 0 and moved so that 0 is a level. */
export function withZero(levels: number, min: number, max: number): Affine {
  const scale = scaleWithZero(levels, min, max);
  if (scale === 0) return constantGrid(levels, (min + max) / 2);
  return { kind: 'affine', levels, scale, offset: offsetWithZero(levels, scale, min) };
}

/** The step of such a grid. */
export function scaleWithZero(levels: number, min: number, max: number): number {
  return toScale((Math.max(max, 0) - Math.min(min, 0)) / (levels - 1));
}

/** The value of its code 0, for a step that is not 0. */
export function offsetWithZero(levels: number, scale: number, min: number): number {
  const zeroPoint = Math.min(roundHalfEven(-Math.min(min, 0) / scale), levels - 1);
  return toFloat32(-zeroPoint * scale);
}

/** The symmetric grid of 2^bits − 1 levels over [−reach, reach]. */
export function aroundZero(bits: number, reach: number): Affine {
  const largest = 2 ** (bits - 1) - 1;
  return { kind: 'affine', levels: 2 * largest + 1, scale: toScale(reach / largest) };
}

/** A grid whose every code stands for one value. */
export function constantGrid(levels: number, value: number): Affine {
  return { kind: 'affine', levels, scale: 0, offset: Math.fround(value) };
}
