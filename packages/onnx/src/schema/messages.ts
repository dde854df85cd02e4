import type * as onnx from 'onnx-buf';
import descriptor from './descriptor.json' with { type: 'json' };

/** A field of a message, as onnx.proto has it (`scripts/descriptor.mjs`). */
export interface Field {
  /** As messages have it in JavaScript. */
  readonly name: string;
  readonly number: number;
  /** A scalar type, or the name of an enumeration or message. */
  readonly type: string;
  /** Of a list: whether its numbers have one tag together, or each value has its own. */
  readonly list?: 'packed' | 'each';
  /** The member that holds this field or one of others. */
  readonly oneof?: string;
}

/** The name of a field in onnx.proto, for messages to people. */
export const nameInFiles = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** A type of messages. */
export interface MessageType {
  /** With the package, as messages carry it. */
  readonly typeName: string;
  readonly fields: readonly Field[];
}

const messages: ReadonlyMap<string, MessageType> = new Map(
  Object.entries(descriptor.messages).map(([name, fields]) => [
    name,
    { typeName: `onnx.${name}`, fields: fields as readonly Field[] },
  ]),
);

/** A type by its name in onnx.proto. */
export function messageType(name: string): MessageType {
  const type = messages.get(name);
  if (type === undefined) throw new Error(`${name} is no message of the ONNX schema`);
  return type;
}

/** Both ways, as TypeScript has them: numbers by name, names by number. */
type Enumeration = Readonly<Record<string, number | string>>;

const enumerations: ReadonlyMap<string, Enumeration> = new Map(
  Object.entries(descriptor.enums).map(([name, numbers]) => [
    name,
    { ...numbers, ...Object.fromEntries(Object.entries(numbers).map(([key, number]) => [number, key])) },
  ]),
);

/** The enumeration that is the type of a field; `undefined` for other types. */
export const enumerationOf = ({ type }: Field): Enumeration | undefined => enumerations.get(type);

const enumeration = (name: string) => enumerations.get(name) as unknown;

export const AttributeType = enumeration(
  'AttributeProto.AttributeType',
) as typeof onnx.AttributeProto_AttributeType;
export type AttributeType = onnx.AttributeProto_AttributeType;

export const DataLocation = enumeration('TensorProto.DataLocation') as typeof onnx.TensorProto_DataLocation;
export type DataLocation = onnx.TensorProto_DataLocation;

export const DataType = enumeration('TensorProto.DataType') as typeof onnx.TensorProto_DataType;
export type DataType = onnx.TensorProto_DataType;
