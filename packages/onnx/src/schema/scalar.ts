import { need, spend, type Cursor } from './cursor.js';
import type { Field } from './messages.js';
import { strictTextOf } from './utf8.js';
import { readLength, readVarint, signed64, unsigned64 } from './varint.js';

/** Stands for a value that JavaScript cannot hold exactly; its field is kept as bytes. */
export const inexact = Symbol('inexact');

export type Scalar = number | bigint | string | boolean | Uint8Array | typeof inexact;

export interface ScalarReader {
  readonly wireType: number;
  /** Estimated memory of one element in a list. */
  readonly cost: number;
  /** Number of elements in packed bytes up to `end`; 0 for types that are never packed. */
  count(cursor: Cursor, end: number): number;
  read(cursor: Cursor, end: number): Scalar;
}

const varint = (cost: number, value: (cursor: Cursor) => Scalar): ScalarReader => ({
  wireType: 0,
  cost,
  count: countVarints,
  read(cursor, end) {
    readVarint(cursor, end);
    return value(cursor);
  },
});

/** Every varint ends with a byte below 128. */
function countVarints({ bytes, position }: Cursor, end: number): number {
  let count = 0;
  for (let index = position; index < end; index++) if ((bytes[index] as number) < 0x80) count++;
  return count;
}

const fixed = (size: 4 | 8, value: (view: DataView, position: number) => number): ScalarReader => ({
  wireType: size === 4 ? 5 : 1,
  cost: 16,
  count: ({ position }, end) => (end - position) / size,
  read(cursor, end) {
    need(cursor, size, end);
    const number = value(cursor.view, cursor.position);
    cursor.position += size;
    return Number.isNaN(number) ? inexact : number;
  },
});

/** The payload of a field with a length. */
function payload(cursor: Cursor, end: number): Uint8Array<ArrayBuffer> {
  const length = readLength(cursor, end);
  const start = cursor.position;
  cursor.position += length;
  return cursor.bytes.subarray(start, start + length);
}

const delimited = (cost: number, read: ScalarReader['read']): ScalarReader => ({
  wireType: 2,
  cost,
  count: () => 0,
  read,
});

function text(cursor: Cursor, end: number): Scalar {
  const start = cursor.position;
  const length = readLength(cursor, end);
  spend(cursor, length);
  const short = length <= 32 ? plainText(cursor, length) : undefined;
  if (short !== undefined) return short;
  cursor.position = start;
  return longText(payload(cursor, end));
}

/** Most names are short ASCII, and a text decoder is slow for those. */
function plainText(cursor: Cursor, length: number): string | undefined {
  const codes = new Array<number>(length);
  for (let index = 0; index < length; index++) {
    const byte = cursor.bytes[cursor.position + index] as number;
    if (byte > 0x7f) return undefined;
    codes[index] = byte;
  }
  cursor.position += length;
  return String.fromCharCode.apply(null, codes);
}

function longText(bytes: Uint8Array<ArrayBuffer>): Scalar {
  try {
    return strictTextOf(bytes);
  } catch {
    return inexact;
  }
}

/** The scalar types that the ONNX schema uses. */
const readers = new Map<string, ScalarReader>([
  ['int32', varint(16, (cursor) => cursor.low | 0)],
  ['int64', varint(40, signed64)],
  ['uint64', varint(48, unsigned64)],
  ['float', fixed(4, (view, position) => view.getFloat32(position, true))],
  ['double', fixed(8, (view, position) => view.getFloat64(position, true))],
  ['string', delimited(40, text)],
  ['bytes', delimited(160, payload)],
]);

/** How values of a scalar type are read; `undefined` for enumerations and messages. */
export const scalarReader = ({ type }: Field): ScalarReader | undefined => readers.get(type);
