// Writes src/schema/descriptor.json: what the generated module of onnx.proto knows of its messages, as plain data.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ScalarType } from '@bufbuild/protobuf';
import { nestedTypes } from '@bufbuild/protobuf/reflect';
import { file_onnx } from 'onnx-buf';

const target = fileURLToPath(new URL('../src/schema/descriptor.json', import.meta.url));

/** The text of src/schema/descriptor.json. */
export function descriptor() {
  const types = [...nestedTypes(file_onnx)];
  const messages = types.filter(({ kind }) => kind === 'message').map((type) => [nameOf(type), fields(type)]);
  const enums = types.filter(({ kind }) => kind === 'enum').map((type) => [nameOf(type), numbers(type)]);
  return `${JSON.stringify({ messages: Object.fromEntries(messages), enums: Object.fromEntries(enums) })}\n`;
}

const nameOf = ({ typeName }) => typeName.replace(/^onnx\./, '');

const numbers = ({ values }) =>
  Object.fromEntries(values.map(({ localName, number }) => [localName, number]));

const fields = (message) =>
  message.fields.map((field) => ({
    name: field.localName,
    number: field.number,
    type: typeOf(field),
    ...(field.fieldKind === 'list' ? { list: field.packed ? 'packed' : 'each' } : {}),
    ...(field.oneof === undefined ? {} : { oneof: field.oneof.localName }),
  }));

const typeOf = ({ scalar, message, enum: enumeration }) =>
  scalar === undefined ? nameOf(message ?? enumeration) : ScalarType[scalar].toLowerCase();

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(target, descriptor());
