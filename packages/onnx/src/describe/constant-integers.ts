import { isLowbitError } from '@lowbit/core';
import { readBounds } from '../read/tensor-data.js';
import { constantSource } from './constant-source.js';
import { resolve, type Scope } from './scope.js';

/** Sizes, axes and bounds are short lists; anything longer is something else. */
const longest = 1024;

/** The integers of a constant value, or `undefined` when it is not a readable integer constant. */
export function constantIntegers(scope: Scope, name: string): readonly number[] | undefined {
  const definition = resolve(scope, name);
  const tensor = definition && constantSource(definition)?.tensor;
  if (tensor === undefined || tensor.dims.some((size) => size > longest)) return undefined;
  try {
    return readBounds(tensor, name);
  } catch (error) {
    if (isLowbitError(error)) return undefined;
    throw error;
  }
}
