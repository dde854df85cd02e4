import type { DescField } from '@bufbuild/protobuf';
import type { Fields } from './decode.js';
import type { Sink, Sizes } from './sink.js';
import type { ValueWriter } from './value-writer.js';
import { varintSize, withLength, writeVarint } from './write-varint.js';

/** Measures and writes one field of a message, its tags included; nothing where it is not set. */
export interface FieldEncoder {
  size(message: Fields, sizes: Sizes): number;
  write(sink: Sink, message: Fields): void;
}

/** The number and wire type of a field as a file has them. */
export const tagOf = (fieldNumber: number, wireType: number): number => ((fieldNumber << 3) | wireType) >>> 0;

export function encodeField(field: DescField, writer: ValueWriter): FieldEncoder {
  if (field.fieldKind !== 'list') return encodeOne(field, writer);
  return field.listKind === 'scalar' && field.packed
    ? encodePacked(field, writer)
    : encodeEach(field, writer);
}

function encodeOne(field: DescField, writer: ValueWriter): FieldEncoder {
  const tag = tagOf(field.number, writer.wireType);
  const tagSize = varintSize(tag, 0);
  const valueOf = valueReader(field);
  return {
    size(message, sizes) {
      const value = valueOf(message);
      return value === undefined ? 0 : tagSize + writer.size(value, sizes);
    },
    write(sink, message) {
      const value = valueOf(message);
      if (value === undefined) return;
      writeVarint(sink, tag, 0);
      writer.write(sink, value);
    },
  };
}

/** Reads a field of a message, where it is set: defaults lie on the prototype. */
function valueReader({ localName, oneof }: DescField): (message: Fields) => unknown {
  if (oneof === undefined)
    return (message) => (Object.hasOwn(message, localName) ? message[localName] : undefined);
  return (message) => {
    const held = message[oneof.localName] as { case?: string; value?: unknown };
    return held.case === localName ? held.value : undefined;
  };
}

/** A list whose values each have a tag. */
function encodeEach({ localName, number }: DescField, writer: ValueWriter): FieldEncoder {
  const tag = tagOf(number, writer.wireType);
  const tagSize = varintSize(tag, 0);
  return {
    size(message, sizes) {
      let size = 0;
      for (const value of message[localName] as unknown[]) size += tagSize + writer.size(value, sizes);
      return size;
    },
    write(sink, message) {
      for (const value of message[localName] as unknown[]) {
        writeVarint(sink, tag, 0);
        writer.write(sink, value);
      }
    },
  };
}

/** A list of numbers with one tag and one length. */
function encodePacked({ localName, number }: DescField, writer: ValueWriter): FieldEncoder {
  const tag = tagOf(number, 2);
  const tagSize = varintSize(tag, 0);
  const contentSize = (list: readonly unknown[], sizes: Sizes) =>
    list.reduce<number>((sum, value) => sum + writer.size(value, sizes), 0);
  return {
    size(message, sizes) {
      const list = message[localName] as unknown[];
      return list.length === 0 ? 0 : tagSize + withLength(contentSize(list, sizes));
    },
    write(sink, message) {
      const list = message[localName] as unknown[];
      if (list.length === 0) return;
      writeVarint(sink, tag, 0);
      writeVarint(sink, contentSize(list, sink.sizes), 0);
      for (const value of list) writer.write(sink, value);
    },
  };
}
