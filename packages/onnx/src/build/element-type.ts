import { checkArgument } from '@lowbit/core/adapter';
import { DataType } from '../schema/proto.js';

const types = {
  float32: DataType.FLOAT,
  float16: DataType.FLOAT16,
  int8: DataType.INT8,
  uint8: DataType.UINT8,
  int16: DataType.INT16,
  uint16: DataType.UINT16,
  int32: DataType.INT32,
  uint32: DataType.UINT32,
  int64: DataType.INT64,
  bool: DataType.BOOL,
} as const;

/** Types of values and constants. */
export type ElementType = keyof typeof types;

/** @throws LowbitError `invalid-argument` for another name. */
export function dataTypeOf(type: ElementType, where: string): DataType {
  const expected = `one of ${Object.keys(types).join(', ')}`;
  checkArgument(Object.hasOwn(types, type), type, { where, expected });
  return types[type];
}
