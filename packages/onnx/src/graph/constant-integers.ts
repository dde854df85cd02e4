import { isLowbitError } from '@lowbit/core';
import { sizeOf } from '@lowbit/core/adapter';
import { clamped } from '../model/clamped.js';
import { readBounds } from '../model/tensor-data.js';
import type { TensorProto } from '../schema/proto.js';
import { constantSource } from './constant-source.js';
import { resolve, type Scope } from './scope.js';

/** Sizes, axes and bounds are short lists; anything longer is something else. */
const longest = 1024;

/** The integers of a constant value, or `undefined` when it is not a readable integer constant. */
export function constantIntegers(scope: Scope, name: string): readonly number[] | undefined {
  const definition = resolve(scope, name);
  const tensor = definition && constantSource(definition)?.tensor;
  return tensor && readList(tensor, name);
}

/** The dimensions of a constant value. */
export function constantShape(scope: Scope, name: string): readonly number[] | undefined {
  const definition = resolve(scope, name);
  return (definition && constantSource(definition)?.tensor)?.dims.map(clamped);
}

/** The integers of a short list, as {@link readBounds}; `undefined` for other tensors, and for data that do not fit. */
export function readList(tensor: TensorProto, where: string): readonly number[] | undefined {
  if (sizeOf(tensor.dims.map(clamped)) > longest) return undefined;
  try {
    return readBounds(tensor, where);
  } catch (error) {
    if (isLowbitError(error)) return undefined;
    throw error;
  }
}
