import { readFileSync } from 'node:fs';
import { create, type DescMessage } from '@bufbuild/protobuf';
import { nestedTypes } from '@bufbuild/protobuf/reflect';
import * as onnx from 'onnx-buf';
import { expect, test } from 'vitest';
import { descriptor } from '../../scripts/descriptor.mjs';
import { blankMessage } from './create-message.js';
import * as own from './messages.js';

test('the stored descriptor is what its script writes', () => {
  const stored = readFileSync(new URL('descriptor.json', import.meta.url), 'utf8');
  expect(JSON.parse(stored)).toEqual(JSON.parse(descriptor()));
});

const types = [...nestedTypes(onnx.file_onnx)].filter((type): type is DescMessage => type.kind === 'message');

test.each(types.map((type) => [type.typeName, type] as const))(
  'a new %s is what the library makes by the generated module',
  (typeName, type) => {
    const [ours, theirs] = [blankMessage(own.messageType(typeName.replace('onnx.', ''))), create(type)];
    expect(ours).toEqual(theirs);
    expect(Object.getPrototypeOf(ours)).toEqual(Object.getPrototypeOf(theirs));
  },
);

test.each(types.map((type) => [type.typeName, type] as const))(
  'fields of %s have the names that files give them',
  (_, { fields }) => {
    for (const { localName, name } of fields) expect(own.nameInFiles(localName)).toBe(name);
  },
);

test('enumerations are those of the generated module', () => {
  expect(own.AttributeType).toEqual(onnx.AttributeProto_AttributeType);
  expect(own.DataLocation).toEqual(onnx.TensorProto_DataLocation);
  expect(own.DataType).toEqual(onnx.TensorProto_DataType);
});
