import { DataType } from '../schema/proto.js';

/** Bits of one element, for the types with a fixed size. */
const elementBits: ReadonlyMap<number, number> = new Map([
  [DataType.FLOAT, 32],
  [DataType.UINT8, 8],
  [DataType.INT8, 8],
  [DataType.UINT16, 16],
  [DataType.INT16, 16],
  [DataType.INT32, 32],
  [DataType.INT64, 64],
  [DataType.BOOL, 8],
  [DataType.FLOAT16, 16],
  [DataType.DOUBLE, 64],
  [DataType.UINT32, 32],
  [DataType.UINT64, 64],
  [DataType.COMPLEX64, 64],
  [DataType.COMPLEX128, 128],
  [DataType.BFLOAT16, 16],
  [DataType.FLOAT8E4M3FN, 8],
  [DataType.FLOAT8E4M3FNUZ, 8],
  [DataType.FLOAT8E5M2, 8],
  [DataType.FLOAT8E5M2FNUZ, 8],
  [DataType.UINT4, 4],
  [DataType.INT4, 4],
  [DataType.FLOAT4E2M1, 4],
  [DataType.FLOAT8E8M0, 8],
  [DataType.UINT2, 2],
  [DataType.INT2, 2],
]);

/** Bits of one element, or `undefined` for strings and unknown types. */
const bitsOfType = (type: number): number | undefined => elementBits.get(type);

/** Bytes of `count` elements of a type as raw data; types below 8 bits are packed. */
export const bytesOfType = (type: number, count: number): number =>
  Math.ceil((count * (bitsOfType(type) ?? 0)) / 8);

/** Name of an element type, as in the ONNX documents. */
export const typeName = (type: number): string => DataType[type] ?? `type ${type}`;

const floatTypes: ReadonlySet<number> = new Set([
  DataType.FLOAT,
  DataType.FLOAT16,
  DataType.BFLOAT16,
  DataType.DOUBLE,
]);

/** Whether weights of this type can be read as floats and quantized. */
export const isFloatType = (type: number): boolean => floatTypes.has(type);
