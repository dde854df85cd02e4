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
    if (tag.wireType !== 4) skipField(cursor, tag.fieldNumber, tag.wireType, end, depth);
    else if (tag.fieldNumber === fieldNumber) return;
    else throw broken(cursor, 'a group that another group ends');
  }
}

/** Reads the number and wire type of the next field. */
export function readTag(cursor: Cursor, end: number): { fieldNumber: number; wireType: number } {
  readVarint(cursor, end);
  const fieldNumber = cursor.low >>> 3;
  if (cursor.high !== 0 || fieldNumber === 0) throw broken(cursor, 'an impossible field number');
  return { fieldNumber, wireType: cursor.low & 7 };
}
