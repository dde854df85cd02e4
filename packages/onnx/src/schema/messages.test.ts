import { readFileSync } from 'node:fs';
import type { DescMessage } from '@bufbuild/protobuf';
import * as onnx from 'onnx-buf';
import { expect, test } from 'vitest';
import { descriptor } from '../../scripts/descriptor.mjs';
import * as own from './messages.js';

test('the stored descriptor is what its script writes', () => {
  const stored = readFileSync(new URL('descriptor.json', import.meta.url), 'utf8');
  expect(JSON.parse(stored)).toEqual(JSON.parse(descriptor()));
});

test.each([
  ['AttributeProtoSchema', own.AttributeProtoSchema, onnx.AttributeProtoSchema],
  ['FunctionProtoSchema', own.FunctionProtoSchema, onnx.FunctionProtoSchema],
  ['GraphProtoSchema', own.GraphProtoSchema, onnx.GraphProtoSchema],
  ['ModelProtoSchema', own.ModelProtoSchema, onnx.ModelProtoSchema],
  ['NodeProtoSchema', own.NodeProtoSchema, onnx.NodeProtoSchema],
  ['OperatorSetIdProtoSchema', own.OperatorSetIdProtoSchema, onnx.OperatorSetIdProtoSchema],
  ['StringStringEntryProtoSchema', own.StringStringEntryProtoSchema, onnx.StringStringEntryProtoSchema],
  ['TensorProtoSchema', own.TensorProtoSchema, onnx.TensorProtoSchema],
  ['TensorShapeProtoSchema', own.TensorShapeProtoSchema, onnx.TensorShapeProtoSchema],
  ['DimensionSchema', own.DimensionSchema, onnx.TensorShapeProto_DimensionSchema],
  ['TypeProtoSchema', own.TypeProtoSchema, onnx.TypeProtoSchema],
  ['TensorTypeSchema', own.TensorTypeSchema, onnx.TypeProto_TensorSchema],
  ['ValueInfoProtoSchema', own.ValueInfoProtoSchema, onnx.ValueInfoProtoSchema],
])('%s says of its fields what the generated module says', (_, ours, generated) => {
  expect(fieldsOf(ours)).toEqual(fieldsOf(generated));
});

test('enumerations are those of the generated module', () => {
  expect(own.AttributeType).toEqual(onnx.AttributeProto_AttributeType);
  expect(own.DataLocation).toEqual(onnx.TensorProto_DataLocation);
  expect(own.DataType).toEqual(onnx.TensorProto_DataType);
});

/** Everything about the fields but their names in JSON; of messages and enumerations that they hold the name. */
function fieldsOf({ typeName, fields, oneofs }: Pick<DescMessage, 'typeName' | 'fields' | 'oneofs'>) {
  return {
    typeName,
    oneofs: oneofs.map(({ name, fields }) => [name, fields.map(({ name }) => name)]),
    fields: fields.map((field) => [
      Object.entries(field).filter(([name, value]) => name !== 'jsonName' && Object(value) !== value),
      String(Reflect.get(field, 'getDefaultValue')?.()),
      field.oneof?.name,
      field.message?.typeName,
      field.enum?.values.map(({ name, number }) => [name, number]),
    ]),
  };
}
