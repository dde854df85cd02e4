import { isLowbitError } from '@lowbit/core';
import { readDoubles, readFloats, readIntegers } from '../model/tensor-data.js';
import { tensorShape } from '../model/tensor-shape.js';
import { DataType, type TensorProto } from '../schema/proto.js';

/** What is known of a constant without reading it. */
export interface ConstantType {
  readonly type: DataType;
  readonly dims: readonly number[];
}

/** A constant as numbers: floats of 16 (both kinds), 32 or 64 bits, or integers and booleans of at most 64 bits. */
export interface ConstantValue extends ConstantType {
  /** Row-major. */
  readonly values: Float32Array | readonly number[];
}

const readers: ReadonlyMap<number, (tensor: TensorProto, where: string) => ConstantValue['values']> = new Map<
  number,
  (tensor: TensorProto, where: string) => ConstantValue['values']
>([
  [DataType.FLOAT, readFloats],
  [DataType.FLOAT16, readFloats],
  [DataType.BFLOAT16, readFloats],
  [DataType.DOUBLE, readDoubles],
  [DataType.INT64, readIntegers],
  [DataType.INT32, readIntegers],
  [DataType.BOOL, readIntegers],
]);

/** Whether constants of this type are computed with. */
export const isFoldable = (type: number): boolean => readers.has(type);

/** The numbers of a tensor; `undefined` for types that are not computed with and for data that do not fit or are elsewhere. */
export function constantValue(tensor: TensorProto): ConstantValue | undefined {
  const { dataType: type, name } = tensor;
  const read = readers.get(type);
  if (read === undefined) return undefined;
  try {
    return { type, dims: tensorShape(tensor, name), values: read(tensor, name) };
  } catch (error) {
    if (isLowbitError(error)) return undefined;
    throw error;
  }
}
