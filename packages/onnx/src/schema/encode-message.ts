import type { Fields } from './create-message.js';
import { encodeField, tagOf, type FieldEncoder } from './encode-field.js';
import { type MessageType, messageType } from './messages.js';
import { scalarWriter } from './scalar-writer.js';
import { writeBytes, type MeasuredMessage, type Sink, type Sizes } from './sink.js';
import type { ValueWriter } from './value-writer.js';
import { varintSize, withLength, writeVarint } from './write-varint.js';

/**
 * Bytes of a message without its length. What was found of it and of every message in it goes into `sizes`. Throws for a value
 * that its field cannot hold.
 */
export function messageSize(type: MessageType, message: Fields, sizes: Sizes): number {
  const { $typeName, $unknown = none } = message;
  if ($typeName !== type.typeName) throw new Error(`${$typeName} in the place of ${type.typeName}`);
  let size = 0;
  const fields: FieldEncoder[] = [];
  const encoders = encodersOf(type);
  // By index: an iterator would be made for every message, which are many and small.
  for (let index = 0; index < encoders.length; index++) {
    const encoder = encoders[index] as FieldEncoder;
    const own = encoder.size(message, sizes);
    if (own > 0) fields.push(encoder);
    size += own;
  }
  for (const { no, wireType, data } of $unknown) size += varintSize(tagOf(no, wireType), 0) + data.length;
  sizes.set(message, { size, fields });
  return size;
}

/** Bytes of some fields of a message, tags included. Throws as {@link messageSize}. */
export function fieldsSize(type: MessageType, fields: object, sizes: Sizes): number {
  const given = encodersOf(type).filter(({ name }) => Object.hasOwn(fields, name));
  return given.reduce((sum, encoder) => sum + encoder.size(fields as Fields, sizes), 0);
}

/** Writes a message that was measured before: known fields by their numbers, then unknown ones. */
export function writeMessage(sink: Sink, message: Fields): void {
  const { fields } = sink.sizes.get(message) as MeasuredMessage;
  for (let index = 0; index < fields.length; index++) (fields[index] as FieldEncoder).write(sink, message);
  for (const { no, wireType, data } of message.$unknown ?? none) {
    writeVarint(sink, tagOf(no, wireType), 0);
    writeBytes(sink, data);
  }
}

const none: NonNullable<Fields['$unknown']> = [];

const compiled = new Map<MessageType, readonly FieldEncoder[]>();

function encodersOf(type: MessageType): readonly FieldEncoder[] {
  const known = compiled.get(type);
  if (known !== undefined) return known;
  const fields = [...type.fields].sort((a, b) => a.number - b.number);
  const encoders = fields.map((field) =>
    encodeField(field, scalarWriter(field) ?? messageWriter(messageType(field.type))),
  );
  compiled.set(type, encoders);
  return encoders;
}

/** Writes messages with their length in front. */
const messageWriter = (type: MessageType): ValueWriter => ({
  wireType: 2,
  size: (message, sizes) => withLength(messageSize(type, message as Fields, sizes)),
  write(sink, message) {
    writeVarint(sink, (sink.sizes.get(message as Fields) as MeasuredMessage).size, 0);
    writeMessage(sink, message as Fields);
  },
});
