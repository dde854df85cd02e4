import type { WeightDescriptor } from '@lowbit/core';

/**
 * Whether each output of a convolution reads a single input channel: a depthwise convolution, whose few values a filter
 * (9 for 3 × 3) average no error out. So does the first convolution on grey images.
 */
export function readsOneChannel({ kernel, shape, inputAxis }: WeightDescriptor): boolean {
  if (kernel !== 'kernel' || shape.length < 3) return false;
  return inputAxis === undefined || shape[inputAxis] === 1;
}
