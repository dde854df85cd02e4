import { isLowbitError } from '@lowbit/core';
import { readFloats, readIntegers } from '../model/tensor-data.js';
import { tensorShape } from '../model/tensor-shape.js';
import { DataType, type TensorProto } from '../schema/proto.js';

/** A constant as numbers: FLOAT, or integers and booleans of at most 64 bits. */
export interface ConstantValue {
  readonly type: DataType;
  readonly dims: readonly number[];
  /** Row-major. */
  readonly values: Float32Array | readonly number[];
}

const integerTypes: ReadonlySet<number> = new Set([DataType.INT64, DataType.INT32, DataType.BOOL]);

/** Whether constants of this type are computed with. */
export const isFoldable = (type: number): boolean => type === DataType.FLOAT || integerTypes.has(type);

/** The numbers of a tensor; `undefined` for types that are not computed with and for data that do not fit or are elsewhere. */
export function constantValue(tensor: TensorProto): ConstantValue | undefined {
  const { dataType: type, name } = tensor;
  if (!isFoldable(type)) return undefined;
  try {
    const dims = tensorShape(tensor, name);
    const values = type === DataType.FLOAT ? readFloats(tensor, name) : readIntegers(tensor, name);
    return { type, dims, values };
  } catch (error) {
    if (isLowbitError(error)) return undefined;
    throw error;
  }
}
