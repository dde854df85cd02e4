import { LowbitError } from '@lowbit/core';
import { fromFloat16Bits, sizeOf } from '@lowbit/core/adapter';
import { clamped } from './clamped.js';
import { tensorShape } from './tensor-shape.js';
import { DataLocation, DataType, keptBytes, type TensorProto } from '../schema/proto.js';
import { bytesOfType, isFloatType, typeName } from './data-types.js';

/** Field numbers of `TensorProto`, for what was kept as bytes. */
const floatDataField = 4;
const doubleDataField = 10;

export const isExternal = (tensor: TensorProto): boolean => tensor.dataLocation === DataLocation.EXTERNAL;

/** Bytes that a tensor's data take as raw data, by its dimensions and type. */
export function tensorBytes(tensor: TensorProto, where: string = tensor.name): number {
  return bytesOfType(tensor.dataType, sizeOf(tensorShape(tensor, where)));
}

/**
 * The values of a FLOAT, FLOAT16, BFLOAT16 or DOUBLE tensor, row-major. Nothing is allocated before the data of the file
 * were found to have the length that the dimensions ask for.
 *
 * @param into An array of as many values, which raw data of FLOAT are copied to; all others come in a new one.
 * @throws LowbitError `external-data`; `model-malformed` for other types and wrong lengths.
 */
export function readFloats(tensor: TensorProto, where: string, into?: Float32Array): Float32Array {
  const raw = floatBytes(tensor, where);
  if (raw !== undefined && tensor.dataType === DataType.FLOAT && into?.byteLength === raw.length) {
    new Uint8Array(into.buffer, into.byteOffset, raw.length).set(raw);
    return into;
  }
  if (raw !== undefined) return floatsOfRaw(tensor.dataType, raw);
  if (tensor.dataType === DataType.FLOAT) return new Float32Array(checked(tensor.floatData, tensor, where));
  if (tensor.dataType === DataType.DOUBLE) return new Float32Array(checked(tensor.doubleData, tensor, where));
  return widened(checked(tensor.int32Data, tensor, where), tensor.dataType);
}

/**
 * The values of a DOUBLE tensor as they are.
 *
 * @throws LowbitError as {@link readFloats}.
 */
export function readDoubles(tensor: TensorProto, where: string): number[] {
  const raw = rawBytes(tensor, where);
  if (raw === undefined) return [...checked(tensor.doubleData, tensor, where)];
  return Array.from(new Float64Array(raw.slice().buffer));
}

/**
 * Checks that a float tensor holds as many data as its dimensions and type say, without reading them. Data in another
 * file are checked when they are read.
 *
 * @throws LowbitError as {@link readFloats}.
 */
export function checkFloats(tensor: TensorProto, where: string): void {
  if (isExternal(tensor) && isFloatType(tensor.dataType)) return;
  if (floatBytes(tensor, where) !== undefined) return;
  if (tensor.dataType === DataType.FLOAT) checked(tensor.floatData, tensor, where);
  else if (tensor.dataType === DataType.DOUBLE) checked(tensor.doubleData, tensor, where);
  else checked(tensor.int32Data, tensor, where);
}

function floatBytes(tensor: TensorProto, where: string): Uint8Array | undefined {
  if (isFloatType(tensor.dataType)) return rawBytes(tensor, where);
  throw malformed(where, 'a tensor of floats', typeName(tensor.dataType));
}

/**
 * The values of an integer tensor of at most 64 bits (INT64, INT32, the 8- and 16-bit types, BOOL) as numbers.
 *
 * @throws LowbitError `external-data`; `model-malformed` for other types, wrong lengths and values beyond 2⁵³.
 */
export function readIntegers(tensor: TensorProto, where: string): number[] {
  const integers = roundedIntegers(tensor, where);
  if (integers.every(Number.isSafeInteger)) return integers;
  throw malformed(where, 'integers below 2⁵³', 'larger ones');
}

/**
 * As {@link readIntegers}, with values beyond ±2⁵³ {@link clamped}: exporters write 2⁶³ − 1 for the bound of a slice that
 * means the end.
 *
 * @throws LowbitError `external-data`; `model-malformed` for other types and wrong lengths.
 */
export function readBounds(tensor: TensorProto, where: string): number[] {
  return roundedIntegers(tensor, where).map(clamped);
}

/** Integers as the nearest numbers. */
function roundedIntegers(tensor: TensorProto, where: string): number[] {
  const raw = rawBytes(tensor, where);
  return raw === undefined ? typedIntegers(tensor, where) : integersOfRaw(tensor.dataType, raw, where);
}

/** Raw data, also from a float field that was kept as bytes; `undefined` when a typed field holds the data. */
function rawBytes(tensor: TensorProto, where: string): Uint8Array | undefined {
  if (isExternal(tensor)) {
    throw new LowbitError({
      code: 'external-data',
      where,
      expected: 'data in the model file',
      received: 'a reference to another file',
      remedy: 'Save the model as one file (onnx.save_model with save_as_external_data=False).',
    });
  }
  const needed = tensorBytes(tensor, where);
  const raw = tensor.rawData.length > 0 ? tensor.rawData : keptFloats(tensor);
  if (raw === undefined || raw.length === needed) return raw;
  throw malformed(where, `${needed} bytes, as dimensions and type say`, `${raw.length} bytes`);
}

function keptFloats(tensor: TensorProto): Uint8Array | undefined {
  if (tensor.dataType === DataType.FLOAT) return keptBytes(tensor, floatDataField);
  if (tensor.dataType === DataType.DOUBLE) return keptBytes(tensor, doubleDataField);
  return undefined;
}

function floatsOfRaw(type: number, raw: Uint8Array): Float32Array {
  const own = raw.slice();
  if (type === DataType.FLOAT) return new Float32Array(own.buffer);
  if (type === DataType.DOUBLE) return new Float32Array(new Float64Array(own.buffer));
  return widened(new Uint16Array(own.buffer), type);
}

/** Floats from the bits of FLOAT16 or BFLOAT16 values. */
function widened(bits: ArrayLike<number>, type: number): Float32Array {
  const widen = type === DataType.FLOAT16 ? fromFloat16Bits : fromBfloat16Bits;
  const values = new Float32Array(bits.length);
  for (let index = 0; index < bits.length; index++) values[index] = widen((bits[index] as number) & 0xffff);
  return values;
}

const scratch = new DataView(new ArrayBuffer(4));

/** A bfloat16 is the upper half of a float32. */
function fromBfloat16Bits(bits: number): number {
  scratch.setUint16(0, bits);
  return scratch.getFloat32(0);
}

function integersOfRaw(type: number, raw: Uint8Array, where: string): number[] {
  const { buffer } = raw.slice();
  if (type === DataType.INT64) return Array.from(new BigInt64Array(buffer), Number);
  if (type === DataType.UINT64) return Array.from(new BigUint64Array(buffer), Number);
  const view = smallIntegers.get(type)?.(buffer);
  if (view === undefined) throw malformed(where, 'a tensor of integers', typeName(type));
  return Array.from(view);
}

/** Views of the types that numbers hold exactly. */
const smallIntegers = new Map<number, (buffer: ArrayBuffer) => ArrayLike<number>>([
  [DataType.INT32, (buffer) => new Int32Array(buffer)],
  [DataType.UINT32, (buffer) => new Uint32Array(buffer)],
  [DataType.INT16, (buffer) => new Int16Array(buffer)],
  [DataType.UINT16, (buffer) => new Uint16Array(buffer)],
  [DataType.INT8, (buffer) => new Int8Array(buffer)],
  [DataType.UINT8, (buffer) => new Uint8Array(buffer)],
  [DataType.BOOL, (buffer) => new Uint8Array(buffer)],
]);

function typedIntegers(tensor: TensorProto, where: string): number[] {
  const { dataType } = tensor;
  if (dataType === DataType.INT64) return checked(tensor.int64Data, tensor, where).map(Number);
  if (dataType === DataType.UINT64 || dataType === DataType.UINT32) {
    return checked(tensor.uint64Data, tensor, where).map(Number);
  }
  if (smallIntegers.has(dataType)) return [...checked(tensor.int32Data, tensor, where)];
  throw malformed(where, 'a tensor of integers', typeName(dataType));
}

function checked<T>(values: readonly T[], tensor: TensorProto, where: string): readonly T[] {
  const count = sizeOf(tensorShape(tensor, where));
  if (values.length === count) return values;
  throw malformed(where, `${count} values, as the dimensions say`, `${values.length} values`);
}

function malformed(where: string, expected: string, received: string): LowbitError {
  return new LowbitError({ code: 'model-malformed', where, expected, received });
}
