import type { ModelProto } from 'onnx-buf';
import { blankMessage, type Fields } from './create-message.js';
import { enumerationOf, type Field, type MessageType, messageType } from './messages.js';
import { cursorOver, spend, type Cursor } from './cursor.js';
import { decodeList } from './decode-list.js';
import { inexact, type ScalarReader, scalarReader } from './scalar.js';
import { deepest, fieldNumberOf, readTag, skipField, tooDeep, wireTypeOf } from './skip.js';
import { readLength, readVarint } from './varint.js';

type Decoder = (message: Fields, cursor: Cursor, end: number, wireType: number, depth: number) => boolean;

/**
 * Reads a model. Nothing of the file is lost: what the schema does not know, and what JavaScript values cannot
 * hold exactly (NaN bit patterns, text that is not UTF-8), is kept as bytes in the message it belongs to.
 * Byte fields are views on `bytes`.
 *
 * @throws LowbitError `model-truncated`, `model-malformed`, `model-too-large`.
 */
export function parseModel(bytes: Uint8Array, where: string): ModelProto {
  const cursor = cursorOver(bytes, where);
  const reader = messageReader('ModelProto');
  const model = blankMessage(reader.type);
  decodeInto(reader, model, cursor, cursor.bytes.length, 1);
  return model as unknown as ModelProto;
}

/** How messages of a type are read. */
interface MessageReader {
  readonly type: MessageType;
  /** Estimated memory of an empty message: its object and its lists. */
  readonly cost: number;
  /** By field number; made when the first message is read. */
  decoders?: readonly (Decoder | undefined)[];
}

const readers = new Map<string, MessageReader>();

function messageReader(name: string): MessageReader {
  const type = messageType(name);
  const lists = type.fields.filter(({ list }) => list !== undefined);
  const reader = readers.get(name) ?? { type, cost: 80 + 40 * lists.length };
  readers.set(name, reader);
  return reader;
}

function decodersOf({ fields }: MessageType): (Decoder | undefined)[] {
  const decoders: (Decoder | undefined)[] = [];
  for (const field of fields) decoders[field.number] = decoderOf(field);
  return decoders;
}

function decodeInto(
  reader: MessageReader,
  message: Fields,
  cursor: Cursor,
  end: number,
  depth: number,
): void {
  if (depth > deepest) throw tooDeep(cursor);
  const decoders = (reader.decoders ??= decodersOf(reader.type));
  while (cursor.position < end) {
    const tag = readTag(cursor, end);
    const start = cursor.position;
    const decode = decoders[fieldNumberOf(tag)];
    if (decode?.(message, cursor, end, wireTypeOf(tag), depth) === true) continue;
    cursor.position = start;
    skipField(cursor, fieldNumberOf(tag), wireTypeOf(tag), end, depth);
    spend(cursor, 250);
    const data = cursor.bytes.subarray(start, cursor.position);
    (message.$unknown ??= []).push({ no: fieldNumberOf(tag), wireType: wireTypeOf(tag), data });
  }
}

/** A decoder returns false for what it cannot hold; the field is then kept as it is. */
function decoderOf(field: Field): Decoder {
  const scalars = scalarReader(field);
  if (scalars !== undefined)
    return field.list === undefined ? decodeScalar(field, scalars) : decodeList(field, scalars);
  const names = enumerationOf(field);
  if (names !== undefined) return decodeEnum(field, names);
  return field.list === undefined ? decodeMessageField(field) : decodeMessages(field);
}

function decodeChild(
  reader: MessageReader,
  child: Fields | undefined,
  cursor: Cursor,
  end: number,
  depth: number,
) {
  const length = readLength(cursor, end);
  if (child === undefined) spend(cursor, reader.cost);
  const message = child ?? blankMessage(reader.type);
  decodeInto(reader, message, cursor, cursor.position + length, depth + 1);
  return message;
}

/** A message field that occurs twice is merged, as protobuf has it. */
function decodeMessageField({ name, type, oneof }: Field): Decoder {
  const reader = messageReader(type);
  return (message, cursor, end, wireType, depth) => {
    if (wireType !== 2) return false;
    if (oneof === undefined) {
      message[name] = decodeChild(reader, message[name] as Fields | undefined, cursor, end, depth);
      return true;
    }
    const held = message[oneof] as { case?: string; value?: Fields };
    const before = held.case === name ? held.value : undefined;
    message[oneof] = { case: name, value: decodeChild(reader, before, cursor, end, depth) };
    return true;
  };
}

function decodeMessages({ name, type }: Field): Decoder {
  const reader = messageReader(type);
  return (message, cursor, end, wireType, depth) => {
    if (wireType !== 2) return false;
    (message[name] as Fields[]).push(decodeChild(reader, undefined, cursor, end, depth));
    return true;
  };
}

function decodeScalar({ name, oneof }: Field, reader: ScalarReader): Decoder {
  return (message, cursor, end, wireType) => {
    if (wireType !== reader.wireType) return false;
    const value = reader.read(cursor, end);
    if (value === inexact) return false;
    if (reader.wireType === 2) spend(cursor, reader.cost);
    if (oneof === undefined) message[name] = value;
    else message[oneof] = { case: name, value };
    return true;
  };
}

/** Enums of this schema are closed: a value without a name stays an unknown field. */
function decodeEnum({ name }: Field, names: object): Decoder {
  return (message, cursor, end, wireType) => {
    if (wireType !== 0) return false;
    readVarint(cursor, end);
    if (cursor.high !== 0 || !(cursor.low in names)) return false;
    message[name] = cursor.low;
    return true;
  };
}
