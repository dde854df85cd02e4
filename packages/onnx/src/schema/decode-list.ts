import { broken, type Cursor, spend } from './cursor.js';
import type { Fields } from './create-message.js';
import { type Field, nameInFiles } from './messages.js';
import { scalarWriter, type ScalarWriter } from './scalar-writer.js';
import { inexact, type Scalar, type ScalarReader } from './scalar.js';
import { sinkOf } from './sink.js';
import { readLength } from './varint.js';
import { withLength, writeVarint } from './write-varint.js';

/**
 * Decodes a repeated scalar field, packed or one by one. Returns false when the list holds something inexact:
 * then all of its parts are kept as bytes, in their order.
 */
export function decodeList(field: Field, reader: ScalarReader) {
  const { name, number } = field;
  return (message: Fields, cursor: Cursor, end: number, wireType: number): boolean => {
    const packed = wireType === 2 && reader.wireType !== 2;
    if (!packed && wireType !== reader.wireType) return false;
    if (cursor.kept.size > 0 && cursor.kept.get(message)?.has(number) === true) return false;
    const list = message[name] as Scalar[];
    const before = list.length;
    if (readElements(list, cursor, end, packed)) return true;
    if (reader.wireType === 2)
      throw broken(cursor, `text that is not UTF-8 in the list ${nameInFiles(name)}`);
    list.length = before;
    keepNumbers(cursor, message, field);
    return false;
  };

  function readElements(list: Scalar[], cursor: Cursor, end: number, packed: boolean): boolean {
    if (!packed) return readOne(list, cursor, end);
    const packedEnd = readLength(cursor, end) + cursor.position;
    spend(cursor, reader.cost * reader.count(cursor, packedEnd));
    while (cursor.position < packedEnd) {
      const value = reader.read(cursor, packedEnd);
      if (value === inexact) return false;
      list.push(value);
    }
    return true;
  }

  function readOne(list: Scalar[], cursor: Cursor, end: number): boolean {
    const value = reader.read(cursor, end);
    if (value === inexact) return false;
    spend(cursor, reader.cost);
    list.push(value);
    return true;
  }
}

/** From here on a list is kept as bytes; the numbers decoded so far move there, so that later parts can follow. */
function keepNumbers(cursor: Cursor, message: Fields, field: Field): void {
  const fields = cursor.kept.get(message) ?? new Set();
  cursor.kept.set(message, fields.add(field.number));
  const list = message[field.name] as number[];
  if (list.length === 0) return;
  const writer = scalarWriter(field) as ScalarWriter;
  const size = list.length * writer.size(0);
  const sink = sinkOf(withLength(size));
  writeVarint(sink, size, 0);
  for (const value of list) writer.write(sink, value);
  (message.$unknown ??= []).push({ no: field.number, wireType: 2, data: sink.bytes });
  list.length = 0;
}
