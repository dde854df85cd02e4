import { sizeOf } from '@lowbit/core/adapter';

/** The index along an axis of each value in row-major order. */
export function indexAlong(dims: readonly number[], axis: number): (at: number) => number {
  const inner = sizeOf(dims.slice(axis + 1));
  return (at) => Math.floor(at / inner) % (dims[axis] as number);
}

/** The places of a row-major output, each told by its indices along some axes. */
export function placesAlong(
  dims: readonly number[],
  axes: readonly number[],
  at: readonly number[],
): ReadonlySet<string> {
  const indices = axes.map((axis) => indexAlong(dims, axis));
  return new Set(at.map((one) => indices.map((index) => index(one)).join(' ')));
}

/** Where values differ by more than what rounding does. */
export function changesOf(before: Float32Array, after: Float32Array): number[] {
  return [...before.keys()].filter((at) => Math.abs(after[at]! - before[at]!) > 1e-6);
}

/** Signal to noise of a result, in decibels. */
export function decibels(expected: Float32Array, actual: Float32Array): number {
  const power = (values: Float32Array) => values.reduce((sum, value) => sum + value ** 2, 0);
  return 10 * Math.log10(power(expected) / power(expected.map((value, at) => value - actual[at]!)));
}
