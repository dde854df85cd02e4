import type { DescField } from '@bufbuild/protobuf';
import type { Cursor } from './cursor.js';
import type { Fields } from './decode.js';
import { scalarWriter } from './scalar-writer.js';
import { sinkOf } from './sink.js';
import { withLength, writeVarint } from './write-varint.js';

/** From here on a list is kept as bytes; the numbers decoded so far move there, so that later parts can follow. */
export function keepNumbers(
  cursor: Cursor,
  message: Fields,
  field: DescField & { fieldKind: 'list'; listKind: 'scalar' },
): void {
  const fields = cursor.kept.get(message) ?? new Set();
  cursor.kept.set(message, fields.add(field.number));
  const list = message[field.localName] as number[];
  if (list.length === 0) return;
  const writer = scalarWriter(field.scalar, field.name);
  const size = list.length * writer.size(0);
  const sink = sinkOf(withLength(size));
  writeVarint(sink, size, 0);
  for (const value of list) writer.write(sink, value);
  (message.$unknown ??= []).push({ no: field.number, wireType: 2, data: sink.bytes });
  list.length = 0;
}
