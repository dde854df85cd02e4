import { LowbitError } from '@lowbit/core';
import { pack, sizeOf, toFloat16Bits } from '@lowbit/core/adapter';
import { bytesOfType, typeName } from '../model/data-types.js';
import { createTensor, DataType, type TensorProto } from '../schema/proto.js';

/** Writes `count` numbers as little-endian raw data. */
type RawWriter = (values: ArrayLike<number>) => ArrayBufferView<ArrayBuffer>;

/** Negative integers in two's complement. Bytes are codes already. */
const packed =
  (bits: 2 | 4): RawWriter =>
  (values) =>
    pack(
      values instanceof Uint8Array ? values : masked(values, 2 ** bits - 1),
      bits,
    ) as Uint8Array<ArrayBuffer>;

function masked(values: ArrayLike<number>, mask: number): Uint8Array {
  const codes = new Uint8Array(values.length);
  for (let i = 0; i < codes.length; i++) codes[i] = (values[i] as number) & mask;
  return codes;
}

interface NumberArray {
  new (values: ArrayLike<number>): ArrayBufferView<ArrayBuffer>;
}

/** Values of another array type are converted; those of this one stay where they are. */
const stored =
  (ArrayType: NumberArray): RawWriter =>
  (values) =>
    values instanceof ArrayType ? values : new ArrayType(values);

/** The upper halves of float32, rounded half to even. */
function bfloat16Bits(values: ArrayLike<number>): Uint16Array<ArrayBuffer> {
  const words = new Uint32Array(Float32Array.from(values).buffer);
  return Uint16Array.from(words, (word) => (word + 0x7fff + ((word >>> 16) & 1)) >>> 16);
}

const writers: ReadonlyMap<number, RawWriter> = new Map<number, RawWriter>([
  [DataType.FLOAT, stored(Float32Array)],
  [DataType.DOUBLE, stored(Float64Array)],
  [DataType.FLOAT16, (values) => Uint16Array.from(values, toFloat16Bits)],
  [DataType.BFLOAT16, bfloat16Bits],
  [DataType.UINT8, stored(Uint8Array)],
  [DataType.INT8, stored(Int8Array)],
  [DataType.UINT16, stored(Uint16Array)],
  [DataType.INT16, stored(Int16Array)],
  [DataType.UINT32, stored(Uint32Array)],
  [DataType.INT32, stored(Int32Array)],
  [DataType.INT64, (values) => BigInt64Array.from(Array.from(values, BigInt))],
  [DataType.BOOL, stored(Uint8Array)],
  [DataType.UINT4, packed(4)],
  [DataType.INT4, packed(4)],
  [DataType.UINT2, packed(2)],
  [DataType.INT2, packed(2)],
]);

/**
 * A tensor with raw data.
 *
 * @param type One of FLOAT, DOUBLE, FLOAT16 and BFLOAT16 (rounded from floats), the integer types of 2 to 64 bits, BOOL. Integers must
 *   be in the type's range; types below 8 bits are packed, first element in the lowest bits.
 * @param values Row-major, as many as `dims` say. An array of the type's own kind becomes the tensor's data, without a
 *   copy; any other is converted.
 * @throws LowbitError `invalid-argument` for another type or number of values.
 */
export function makeTensor(
  name: string,
  type: DataType,
  dims: readonly number[],
  values: ArrayLike<number>,
): TensorProto {
  const write = writers.get(type);
  if (write === undefined) throw wrong(name, 'a type that can be written', typeName(type));
  const count = sizeOf(dims);
  if (values.length !== count) throw wrong(name, `${count} values`, `${values.length} values`);
  const { buffer, byteOffset, byteLength } = write(values);
  return makeRawTensor(name, type, dims, new Uint8Array(buffer, byteOffset, byteLength));
}

/** A list of INT64, which numbers would not hold exactly. */
export const makeIntegers = (name: string, values: readonly bigint[]): TensorProto =>
  makeRawTensor(name, DataType.INT64, [values.length], new Uint8Array(BigInt64Array.from(values).buffer));

/**
 * A tensor of any type around raw data that are laid out already.
 *
 * @throws LowbitError `invalid-argument` when the length is not that of the dimensions and type.
 */
export function makeRawTensor(
  name: string,
  type: DataType,
  dims: readonly number[],
  rawData: Uint8Array,
): TensorProto {
  const needed = bytesOfType(type, sizeOf(dims));
  if (rawData.length !== needed) throw wrong(name, `${needed} bytes`, `${rawData.length} bytes`);
  return createTensor({
    name,
    dataType: type,
    dims: dims.map(BigInt),
    rawData: rawData as Uint8Array<ArrayBuffer>,
  });
}

function wrong(where: string, expected: string, received: string): LowbitError {
  return new LowbitError({ code: 'invalid-argument', where, expected, received });
}
