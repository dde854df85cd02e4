/**
 * The one place that knows where the types of messages come from and how they are made. The rest of the package sees plain message
 * types, constructors, {@link parseModel}, {@link serializeModel}.
 */
import type { Message } from '@bufbuild/protobuf';
import { joinBytes } from '@lowbit/core/adapter';
import type {
  AttributeProto,
  FunctionProto,
  GraphProto,
  ModelProto,
  NodeProto,
  OperatorSetIdProto,
  StringStringEntryProto,
  TensorProto,
  TensorShapeProto,
  TensorShapeProto_Dimension,
  TypeProto,
  TypeProto_Tensor,
  ValueInfoProto,
} from 'onnx-buf';
import { createMessage } from './create-message.js';

export type {
  AttributeProto,
  FunctionProto,
  GraphProto,
  ModelProto,
  NodeProto,
  OperatorSetIdProto,
  SparseTensorProto,
  StringStringEntryProto,
  TensorProto,
  TensorShapeProto,
  TypeProto,
  ValueInfoProto,
} from 'onnx-buf';
export { AttributeType, DataLocation, DataType } from './messages.js';

export { parseModel } from './decode.js';
export { graphPartsSize, serializeModel, serializeParts } from './encode.js';
export { largeBytes } from './sink.js';
export { textOf, utf8 } from './utf8.js';

export const createModel = (init: Partial<ModelProto> = {}): ModelProto =>
  createMessage<ModelProto>('ModelProto', init);

export const createGraph = (init: Partial<GraphProto> = {}): GraphProto =>
  createMessage<GraphProto>('GraphProto', init);

export const createNode = (init: Partial<NodeProto> = {}): NodeProto =>
  createMessage<NodeProto>('NodeProto', init);

export const createFunction = (init: Partial<FunctionProto> = {}): FunctionProto =>
  createMessage<FunctionProto>('FunctionProto', init);

export const createTensor = (init: Partial<TensorProto> = {}): TensorProto =>
  createMessage<TensorProto>('TensorProto', init);

export const createAttribute = (init: Partial<AttributeProto> = {}): AttributeProto =>
  createMessage<AttributeProto>('AttributeProto', init);

export const createOperatorSet = (domain: string, version: number): OperatorSetIdProto =>
  createMessage<OperatorSetIdProto>('OperatorSetIdProto', { domain, version: BigInt(version) });

export const createEntry = (key: string, value: string): StringStringEntryProto =>
  createMessage<StringStringEntryProto>('StringStringEntryProto', { key, value });

/**
 * A graph input or output. Without `elemType` readers infer its type. A dimension that is a string is symbolic; without
 * `shape` the rank is unknown.
 */
export function createValueInfo(
  name: string,
  elemType?: number,
  shape?: readonly (number | string)[],
): ValueInfoProto {
  if (elemType === undefined) return createMessage<ValueInfoProto>('ValueInfoProto', { name });
  const tensor = createMessage<TypeProto_Tensor>('TypeProto.Tensor', { elemType });
  if (shape !== undefined) {
    tensor.shape = createMessage<TensorShapeProto>('TensorShapeProto', { dim: shape.map(createDimension) });
  }
  const type = createMessage<TypeProto>('TypeProto', { value: { case: 'tensorType', value: tensor } });
  return createMessage<ValueInfoProto>('ValueInfoProto', { name, type });
}

const createDimension = (size: number | string) =>
  createMessage<TensorShapeProto_Dimension>('TensorShapeProto.Dimension', {
    value:
      typeof size === 'string'
        ? { case: 'dimParam', value: size }
        : { case: 'dimValue', value: BigInt(size) },
  });

/**
 * A shallow copy of a message with some fields replaced. Unknown fields and the difference between an unset
 * field and one set to its default are kept; lists and sub-messages are shared with the original.
 */
export function copyMessage<T extends Message>(message: T, changes: Partial<T> = {}): T {
  const copy = Object.create(Object.getPrototypeOf(message) as object) as T;
  return Object.assign(copy, message, changes);
}

/**
 * The bytes of a known field that was kept as bytes because JavaScript values cannot hold it exactly: floats with
 * NaN bit patterns, text that is not UTF-8. `undefined` when the field was decoded as usual.
 */
export function keptBytes(message: Message, fieldNumber: number): Uint8Array<ArrayBuffer> | undefined {
  const payloads = (message.$unknown ?? [])
    .filter((field) => field.no === fieldNumber && field.wireType !== 0)
    .map((field) => (field.wireType === 2 ? withoutLength(field.data) : field.data));
  return payloads.length === 0 ? undefined : joinBytes(payloads);
}

/** Drops the length varint in front of a payload. */
function withoutLength(data: Uint8Array): Uint8Array {
  let start = 0;
  while ((data[start] as number) >= 0x80) start++;
  return data.subarray(start + 1);
}
