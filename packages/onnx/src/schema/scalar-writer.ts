import { enumerationOf, type Field, nameInFiles } from './messages.js';
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
  new Error(`the field ${nameInFiles(field)} cannot hold the ${type} ${String(value)}`);

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
const writers = new Map<string, (field: string) => ScalarWriter>([
  ['int32', int32],
  ['int64', long('int64', BigInt.asIntN)],
  ['uint64', long('uint64', BigInt.asUintN)],
  ['float', float],
  ['double', double],
  ['string', string],
  ['bytes', bytes],
]);

/** How the values of a scalar field are written, as those of enumerations; `undefined` for messages. */
export const scalarWriter = (field: Field): ScalarWriter | undefined =>
  enumerationOf(field) === undefined ? writers.get(field.type)?.(field.name) : int32(field.name);
