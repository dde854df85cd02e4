import { create, type DescField, type DescMessage, type Message } from '@bufbuild/protobuf';
import type { ModelProto } from 'onnx-buf';
import { ModelProtoSchema } from './messages.js';
import { cursorOver, spend, type Cursor } from './cursor.js';
import { decodeList } from './decode-list.js';
import { inexact, scalarReader } from './scalar.js';
import { deepest, readTag, skipField, tooDeep } from './skip.js';
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
  decodeInto(ModelProtoSchema, model as unknown as Fields, cursor, cursor.bytes.length, 1);
  return model;
}

function decodeInto(schema: DescMessage, message: Fields, cursor: Cursor, end: number, depth: number): void {
  if (depth > deepest) throw tooDeep(cursor);
  const decoders = decodersOf(schema);
  while (cursor.position < end) {
    const { fieldNumber, wireType } = readTag(cursor, end);
    const start = cursor.position;
    const decoder = decoders.get(fieldNumber);
    if (decoder?.(message, cursor, end, wireType, depth) === true) continue;
    cursor.position = start;
    skipField(cursor, fieldNumber, wireType, end, depth);
    spend(cursor, 250);
    const data = cursor.bytes.subarray(start, cursor.position);
    (message.$unknown ??= []).push({ no: fieldNumber, wireType, data });
  }
}

const compiled = new WeakMap<DescMessage, Map<number, Decoder>>();

function decodersOf(schema: DescMessage): Map<number, Decoder> {
  const known = compiled.get(schema);
  if (known !== undefined) return known;
  const decoders = new Map(schema.fields.map((field) => [field.number, decoderOf(field)]));
  compiled.set(schema, decoders);
  return decoders;
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
  schema: DescMessage,
  child: Fields | undefined,
  cursor: Cursor,
  end: number,
  depth: number,
) {
  const length = readLength(cursor, end);
  if (child === undefined) spend(cursor, costOf(schema));
  const message = child ?? (create(schema) as Fields);
  decodeInto(schema, message, cursor, cursor.position + length, depth + 1);
  return message;
}

/** Estimated memory of an empty message: its object and its lists. */
function costOf(schema: DescMessage): number {
  return 80 + 40 * schema.fields.filter((field) => field.fieldKind === 'list').length;
}

/** A message field that occurs twice is merged, as protobuf has it. */
function decodeMessageField(field: DescField & { fieldKind: 'message' }): Decoder {
  const { localName, oneof, message: schema } = field;
  return (message, cursor, end, wireType, depth) => {
    if (wireType !== 2) return false;
    if (oneof === undefined) {
      message[localName] = decodeChild(schema, message[localName] as Fields | undefined, cursor, end, depth);
      return true;
    }
    const held = message[oneof.localName] as { case?: string; value?: Fields };
    const before = held.case === localName ? held.value : undefined;
    message[oneof.localName] = { case: localName, value: decodeChild(schema, before, cursor, end, depth) };
    return true;
  };
}

function decodeMessages(field: DescField & { fieldKind: 'list'; listKind: 'message' }): Decoder {
  const { localName, message: schema } = field;
  return (message, cursor, end, wireType, depth) => {
    if (wireType !== 2) return false;
    (message[localName] as Fields[]).push(decodeChild(schema, undefined, cursor, end, depth));
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
