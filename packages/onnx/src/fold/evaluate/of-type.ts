import { roundToFloat16 } from '@lowbit/core/adapter';
import type { ConstantValue } from '../../graph/constant-value.js';
import { makeTensor } from '../../graph/make-tensor.js';
import { readFloats } from '../../model/tensor-data.js';
import { DataType } from '../../schema/proto.js';

const floats: ReadonlySet<number> = new Set([
  DataType.FLOAT,
  DataType.FLOAT16,
  DataType.BFLOAT16,
  DataType.DOUBLE,
]);

/** Whether constants of this type are computed with as floats. */
export const isFloat = (type: number): boolean => floats.has(type);

/** Numbers rounded to a type, as a constant; `undefined` for integers that it does not hold. */
export function ofType(
  type: DataType,
  dims: readonly number[],
  values: Float64Array | Float32Array | readonly number[],
): ConstantValue | undefined {
  if (type === DataType.FLOAT) return { type, dims, values: Float32Array.from(values) };
  if (type === DataType.FLOAT16) return { type, dims, values: Float32Array.from(values, roundToFloat16) };
  if (type === DataType.BFLOAT16)
    return { type, dims, values: readFloats(makeTensor('', type, dims, Array.from(values)), 'a constant') };
  const all = Array.from(values);
  if (type === DataType.DOUBLE) return { type, dims, values: all };
  const [low, high] = type === DataType.INT32 ? [-(2 ** 31), 2 ** 31 - 1] : [-Infinity, Infinity];
  const fits = all.every((value) => Number.isSafeInteger(value) && value >= low && value <= high);
  // Adding 0 makes 0 of −0, which integers do not have.
  return fits ? { type, dims, values: all.map((value) => value + 0) } : undefined;
}
