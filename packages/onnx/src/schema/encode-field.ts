import type { Fields } from './create-message.js';
import type { Field } from './messages.js';
import type { Sink, Sizes } from './sink.js';
import type { ValueWriter } from './value-writer.js';
import { varintSize, withLength, writeVarint } from './write-varint.js';

/** Measures and writes one field of a message, its tags included. */
export interface FieldEncoder {
  readonly name: string;
  /** 0 where the field is not set. */
  size(message: Fields, sizes: Sizes): number;
  /** Writes a field that is set. */
  write(sink: Sink, message: Fields): void;
}

/** The number and wire type of a field as a file has them. */
export const tagOf = (fieldNumber: number, wireType: number): number => ((fieldNumber << 3) | wireType) >>> 0;

export function encodeField(field: Field, writer: ValueWriter): FieldEncoder {
  if (field.list === undefined) return encodeOne(field, writer);
  return field.list === 'packed' ? encodePacked(field, writer) : encodeEach(field, writer);
}

function encodeOne(field: Field, writer: ValueWriter): FieldEncoder {
  const tag = tagOf(field.number, writer.wireType);
  const tagSize = varintSize(tag, 0);
  const valueOf = valueReader(field);
  return {
    name: field.name,
    size(message, sizes) {
      const value = valueOf(message);
      return value === undefined ? 0 : tagSize + writer.size(value, sizes);
    },
    write(sink, message) {
      writeVarint(sink, tag, 0);
      writer.write(sink, valueOf(message));
    },
  };
}

/** Reads a field of a message, where it is set: defaults lie on the prototype. */
function valueReader({ name, oneof }: Field): (message: Fields) => unknown {
  if (oneof === undefined) return (message) => (Object.hasOwn(message, name) ? message[name] : undefined);
  return (message) => {
    const held = message[oneof] as { case?: string; value?: unknown };
    return held.case === name ? held.value : undefined;
  };
}

/** A list whose values each have a tag. By index: an iterator would be made for every list, of which most are empty. */
function encodeEach({ name, number }: Field, writer: ValueWriter): FieldEncoder {
  const tag = tagOf(number, writer.wireType);
  const tagSize = varintSize(tag, 0);
  return {
    name,
    size(message, sizes) {
      const list = message[name] as unknown[];
      let size = tagSize * list.length;
      for (let index = 0; index < list.length; index++) size += writer.size(list[index], sizes);
      return size;
    },
    write(sink, message) {
      const list = message[name] as unknown[];
      for (let index = 0; index < list.length; index++) {
        writeVarint(sink, tag, 0);
        writer.write(sink, list[index]);
      }
    },
  };
}

/** A list of numbers with one tag and one length. */
function encodePacked({ name, number }: Field, writer: ValueWriter): FieldEncoder {
  const tag = tagOf(number, 2);
  const tagSize = varintSize(tag, 0);
  const contentSize = (list: readonly unknown[], sizes: Sizes) =>
    list.reduce<number>((sum, value) => sum + writer.size(value, sizes), 0);
  return {
    name,
    size(message, sizes) {
      const list = message[name] as unknown[];
      return list.length === 0 ? 0 : tagSize + withLength(contentSize(list, sizes));
    },
    write(sink, message) {
      const list = message[name] as unknown[];
      writeVarint(sink, tag, 0);
      writeVarint(sink, contentSize(list, sink.sizes), 0);
      for (const value of list) writer.write(sink, value);
    },
  };
}
