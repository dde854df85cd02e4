import { create, type DescField, type DescMessage, type Message } from '@bufbuild/protobuf';
import type { ModelProto } from 'onnx-buf';
import { ModelProtoSchema } from './messages.js';
import { cursorOver, spend, type Cursor } from './cursor.js';
import { decodeList } from './decode-list.js';
import { inexact, scalarReader } from './scalar.js';
import { deepest, fieldNumberOf, readTag, skipField, tooDeep, wireTypeOf } from './skip.js';
import { readLength, readVarint } from './varint.js';

/** A message as the decoder fills it, by local field names. */
export type Fields = Record<string, unknown> & Message;

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
  const model = create(ModelProtoSchema);
  decodeInto(typeOf(ModelProtoSchema), model as unknown as Fields, cursor, cursor.bytes.length, 1);
  return model;
}

/** A type of messages, with what is asked for at each of them. */
interface MessageType {
  readonly schema: DescMessage;
  /** Estimated memory of an empty message: its object and its lists. */
  readonly cost: number;
  /** By field number; made when the first message is read. */
  decoders?: readonly (Decoder | undefined)[];
}

const types = new WeakMap<DescMessage, MessageType>();

function typeOf(schema: DescMessage): MessageType {
  const lists = schema.fields.filter((field) => field.fieldKind === 'list');
  const type = types.get(schema) ?? { schema, cost: 80 + 40 * lists.length };
  types.set(schema, type);
  return type;
}

function decodersOf({ fields }: DescMessage): (Decoder | undefined)[] {
  const decoders: (Decoder | undefined)[] = [];
  for (const field of fields) decoders[field.number] = decoderOf(field);
  return decoders;
}

function decodeInto(type: MessageType, message: Fields, cursor: Cursor, end: number, depth: number): void {
  if (depth > deepest) throw tooDeep(cursor);
  const decoders = (type.decoders ??= decodersOf(type.schema));
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
function decoderOf(field: DescField): Decoder {
  if (field.fieldKind === 'message') return decodeMessageField(field);
  if (field.fieldKind === 'enum') return decodeEnum(field);
  if (field.fieldKind === 'scalar') return decodeScalar(field);
  if (field.fieldKind === 'list' && field.listKind === 'message') return decodeMessages(field);
  if (field.fieldKind === 'list' && field.listKind === 'scalar') return decodeList(field);
  throw new Error(`field ${field.name} is of a kind that the ONNX schema does not use`);
}

function decodeChild(
  type: MessageType,
  child: Fields | undefined,
  cursor: Cursor,
  end: number,
  depth: number,
) {
  const length = readLength(cursor, end);
  if (child === undefined) spend(cursor, type.cost);
  const message = child ?? (create(type.schema) as Fields);
  decodeInto(type, message, cursor, cursor.position + length, depth + 1);
  return message;
}

/** A message field that occurs twice is merged, as protobuf has it. */
function decodeMessageField(field: DescField & { fieldKind: 'message' }): Decoder {
  const { localName, oneof } = field;
  const type = typeOf(field.message);
  return (message, cursor, end, wireType, depth) => {
    if (wireType !== 2) return false;
    if (oneof === undefined) {
      message[localName] = decodeChild(type, message[localName] as Fields | undefined, cursor, end, depth);
      return true;
    }
    const held = message[oneof.localName] as { case?: string; value?: Fields };
    const before = held.case === localName ? held.value : undefined;
    message[oneof.localName] = { case: localName, value: decodeChild(type, before, cursor, end, depth) };
    return true;
  };
}

function decodeMessages(field: DescField & { fieldKind: 'list'; listKind: 'message' }): Decoder {
  const { localName } = field;
  const type = typeOf(field.message);
  return (message, cursor, end, wireType, depth) => {
    if (wireType !== 2) return false;
    (message[localName] as Fields[]).push(decodeChild(type, undefined, cursor, end, depth));
    return true;
  };
}

function decodeScalar(field: DescField & { fieldKind: 'scalar' }): Decoder {
  const { localName, oneof } = field;
  const reader = scalarReader(field.scalar);
  return (message, cursor, end, wireType) => {
    if (wireType !== reader.wireType) return false;
    const value = reader.read(cursor, end);
    if (value === inexact) return false;
    if (reader.wireType === 2) spend(cursor, reader.cost);
    if (oneof === undefined) message[localName] = value;
    else message[oneof.localName] = { case: localName, value };
    return true;
  };
}

/** Enums of this schema are closed: a value without a name stays an unknown field. */
function decodeEnum(field: DescField & { fieldKind: 'enum' }): Decoder {
  const names = field.enum.value;
  return (message, cursor, end, wireType) => {
    if (wireType !== 0) return false;
    readVarint(cursor, end);
    if (cursor.high !== 0 || !(cursor.low in names)) return false;
    message[field.localName] = cursor.low;
    return true;
  };
}
