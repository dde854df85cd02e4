import { ScalarType, type DescField } from '@bufbuild/protobuf';
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import type { Cursor } from './cursor.js';
import type { Fields } from './decode.js';

/** From here on a list is kept as bytes; the numbers decoded so far move there, so that later parts can follow. */
export function keepNumbers(
  cursor: Cursor,
  message: Fields,
  field: DescField & { listKind: 'scalar' },
): void {
  const fields = cursor.kept.get(message) ?? new Set();
  cursor.kept.set(message, fields.add(field.number));
  const list = message[field.localName] as number[];
  if (list.length === 0) return;
  const writer = new BinaryWriter().fork();
  for (const value of list) {
    if (field.scalar === ScalarType.DOUBLE) writer.double(value);
    else writer.float(value);
  }
  const data = writer.join().finish();
  (message.$unknown ??= []).push({ no: field.number, wireType: 2, data });
  list.length = 0;
}
