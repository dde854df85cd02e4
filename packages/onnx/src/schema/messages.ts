import { createFileRegistry, type DescEnum, type Message } from '@bufbuild/protobuf';
import { bootFileDescriptorProto, tsEnum, type GenMessage } from '@bufbuild/protobuf/codegenv2';
import type * as onnx from 'onnx-buf';
import descriptor from './descriptor.json' with { type: 'json' };

/**
 * The library's descriptors of onnx.proto, made from plain data (`scripts/descriptor.mjs`). The generated module makes them
 * by means of the descriptors of descriptors, which costs 15 ms wherever this package is loaded.
 */
const messages = (() => {
  const file = bootFileDescriptorProto(descriptor as object as Parameters<typeof bootFileDescriptorProto>[0]);
  addOneofs(file.messageType, descriptor.messageType);
  return createFileRegistry(file, () => undefined);
})();

type MessageTypes = ReturnType<typeof bootFileDescriptorProto>['messageType'];

/** What a message holds one of, which the library's function leaves out. */
interface WithOneofs {
  readonly name: string;
  readonly oneofDecl?: readonly { readonly name: string }[];
  readonly nestedType?: readonly WithOneofs[];
}

function addOneofs(types: MessageTypes, given: readonly WithOneofs[]): void {
  types.forEach((type, at) => {
    const { oneofDecl = [], nestedType = [] } = given[at] as WithOneofs;
    type.oneofDecl = oneofDecl.map(({ name }) => ({
      $typeName: 'google.protobuf.OneofDescriptorProto',
      name,
    }));
    addOneofs(type.nestedType, nestedType);
  });
}

const message = <T extends Message>(name: string): GenMessage<T> =>
  messages.getMessage(`onnx.${name}`) as object as GenMessage<T>;

export const AttributeProtoSchema = message<onnx.AttributeProto>('AttributeProto');
export const FunctionProtoSchema = message<onnx.FunctionProto>('FunctionProto');
export const GraphProtoSchema = message<onnx.GraphProto>('GraphProto');
export const ModelProtoSchema = message<onnx.ModelProto>('ModelProto');
export const NodeProtoSchema = message<onnx.NodeProto>('NodeProto');
export const OperatorSetIdProtoSchema = message<onnx.OperatorSetIdProto>('OperatorSetIdProto');
export const StringStringEntryProtoSchema = message<onnx.StringStringEntryProto>('StringStringEntryProto');
export const TensorProtoSchema = message<onnx.TensorProto>('TensorProto');
export const TensorShapeProtoSchema = message<onnx.TensorShapeProto>('TensorShapeProto');
export const DimensionSchema = message<onnx.TensorShapeProto_Dimension>('TensorShapeProto.Dimension');
export const TypeProtoSchema = message<onnx.TypeProto>('TypeProto');
export const TensorTypeSchema = message<onnx.TypeProto_Tensor>('TypeProto.Tensor');
export const ValueInfoProtoSchema = message<onnx.ValueInfoProto>('ValueInfoProto');

const enumeration = (name: string) => tsEnum(messages.getEnum(`onnx.${name}`) as DescEnum) as unknown;

export const AttributeType = enumeration(
  'AttributeProto.AttributeType',
) as typeof onnx.AttributeProto_AttributeType;
export type AttributeType = onnx.AttributeProto_AttributeType;

export const DataLocation = enumeration('TensorProto.DataLocation') as typeof onnx.TensorProto_DataLocation;
export type DataLocation = onnx.TensorProto_DataLocation;

export const DataType = enumeration('TensorProto.DataType') as typeof onnx.TensorProto_DataType;
export type DataType = onnx.TensorProto_DataType;
