import { ScalarType } from '@bufbuild/protobuf';
import { writeBytes } from './sink.js';
import type { ValueWriter } from './value-writer.js';
import { utf8Size, writeText } from './write-text.js';
import { highWord, lowWord, varintSize, withLength, writeVarint } from './write-varint.js';

export interface ScalarWriter extends ValueWriter {
  /** Throws for a value that the type cannot hold. */
  size(value: unknown): number;
}

/** The error for a value that a field cannot hold. */
const unfit = (field: string, type: string, value: unknown): Error =>
  new Error(`the field ${field} cannot hold the ${type} ${String(value)}`);

const int32 = (field: string): ScalarWriter => ({
  wireType: 0,
  size(value) {
    if (typeof value !== 'number' || (value | 0) !== value) throw unfit(field, 'int32', value);
    return value < 0 ? 10 : varintSize(value, 0);
  },
  write: (sink, value) => writeVarint(sink, (value as number) >>> 0, (value as number) < 0 ? 0xffffffff : 0),
});

/** @param cut Brings an integer into the range of the type. */
const long =
  (type: string, cut: (bits: number, value: bigint) => bigint) =>
  (field: string): ScalarWriter => ({
    wireType: 0,
    size(value) {
      if (typeof value !== 'bigint' || cut(64, value) !== value) throw unfit(field, type, value);
      return varintSize(lowWord(value), highWord(value));
    },
    write: (sink, value) => writeVarint(sink, lowWord(value as bigint), highWord(value as bigint)),
  });

const float = (field: string): ScalarWriter => ({
  wireType: 5,
  size(value) {
    const fits =
      typeof value === 'number' && (Number.isFinite(Math.fround(value)) || !Number.isFinite(value));
    if (!fits) throw unfit(field, 'float32', value);
    return 4;
  },
  write(sink, value) {
    sink.view.setFloat32(sink.position, value as number, true);
    sink.position += 4;
  },
});

const double = (field: string): ScalarWriter => ({
  wireType: 1,
  size(value) {
    if (typeof value !== 'number') throw unfit(field, 'double', value);
    return 8;
  },
  write(sink, value) {
    sink.view.setFloat64(sink.position, value as number, true);
    sink.position += 8;
  },
});

const string = (field: string): ScalarWriter => ({
  wireType: 2,
  size(value) {
    if (typeof value !== 'string') throw unfit(field, 'string', value);
    return withLength(utf8Size(value));
  },
  write: (sink, value) => writeText(sink, value as string),
});

const bytes = (field: string): ScalarWriter => ({
  wireType: 2,
  size(value) {
    if (!ArrayBuffer.isView(value)) throw unfit(field, 'bytes', value);
    return withLength(value.byteLength);
  },
  write(sink, value) {
    writeVarint(sink, (value as Uint8Array).length, 0);
    writeBytes(sink, value as Uint8Array);
  },
});

/** The scalar types that the ONNX schema uses. */
const writers = new Map<ScalarType, (field: string) => ScalarWriter>([
  [ScalarType.INT32, int32],
  [ScalarType.INT64, long('int64', BigInt.asIntN)],
  [ScalarType.UINT64, long('uint64', BigInt.asUintN)],
  [ScalarType.FLOAT, float],
  [ScalarType.DOUBLE, double],
  [ScalarType.STRING, string],
  [ScalarType.BYTES, bytes],
]);

/** @param field Name of the field that the values are of, for errors. */
export function scalarWriter(type: ScalarType, field: string): ScalarWriter {
  const writer = writers.get(type);
  if (writer === undefined) throw new Error(`scalar type ${type} is not in the ONNX schema`);
  return writer(field);
}
