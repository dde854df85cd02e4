import { LowbitError } from '@lowbit/core';
import { sizeOf } from '@lowbit/core/adapter';
import type { TensorProto } from '../schema/proto.js';

/** As many axes as numpy has, and more than any model; work on axes grows with their square. */
export const mostAxes = 64;

/**
 * The dimensions of a tensor as numbers.
 *
 * @throws LowbitError `model-malformed` where one is negative, their product is too large to be real, or there are more
 *   than {@link mostAxes}.
 */
export function tensorShape(tensor: TensorProto, where: string): number[] {
  const dims = tensor.dims.map(Number);
  const possible = dims.length <= mostAxes && dims.every((size) => size >= 0 && Number.isSafeInteger(size));
  if (possible && Number.isSafeInteger(sizeOf(dims))) return dims;
  throw new LowbitError({
    code: 'model-malformed',
    where,
    expected: `at most ${mostAxes} dimensions of at least 0 whose product is a possible size`,
    received: `[${dims.slice(0, 8).join(', ')}${dims.length > 8 ? `, …], ${dims.length} dimensions` : ']'}`,
  });
}
