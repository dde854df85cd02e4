import { broken, need, type Cursor } from './cursor.js';
import { readLength, readVarint } from './varint.js';

/** Protobuf's own limit on nested messages; other readers of ONNX files keep it too. */
export const deepest = 100;

/** The error for messages nested beyond {@link deepest}. */
export const tooDeep = (cursor: Cursor) => broken(cursor, `messages nested more than ${deepest} deep`);

/** Moves behind the payload of a field of any wire type; `end` is the end of the enclosing message. */
export function skipField(
  cursor: Cursor,
  fieldNumber: number,
  wireType: number,
  end: number,
  depth: number,
): void {
  if (wireType === 0) readVarint(cursor, end);
  else if (wireType === 1) advance(cursor, 8, end);
  else if (wireType === 2) advance(cursor, readLength(cursor, end), end);
  else if (wireType === 3) skipGroup(cursor, fieldNumber, end, depth + 1);
  else if (wireType === 5) advance(cursor, 4, end);
  else throw broken(cursor, `a field of the unknown wire type ${wireType}`);
}

function advance(cursor: Cursor, length: number, end: number): void {
  need(cursor, length, end);
  cursor.position += length;
}

function skipGroup(cursor: Cursor, fieldNumber: number, end: number, depth: number): void {
  if (depth > deepest) throw tooDeep(cursor);
  for (;;) {
    const tag = readTag(cursor, end);
    if (wireTypeOf(tag) !== 4) skipField(cursor, fieldNumberOf(tag), wireTypeOf(tag), end, depth);
    else if (fieldNumberOf(tag) === fieldNumber) return;
    else throw broken(cursor, 'a group that another group ends');
  }
}

/** Reads the tag of the next field: its number and wire type in one, as an object for each would be one for every name. */
export function readTag(cursor: Cursor, end: number): number {
  readVarint(cursor, end);
  if (cursor.high !== 0 || fieldNumberOf(cursor.low) === 0)
    throw broken(cursor, 'an impossible field number');
  return cursor.low;
}

export const fieldNumberOf = (tag: number): number => tag >>> 3;

export const wireTypeOf = (tag: number): number => tag & 7;
