import { create, toBinary } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType as AttributeType,
  AttributeProtoSchema,
  FunctionProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  TensorProto_DataLocation as DataLocation,
  TensorProto_DataType as DataType,
  TensorProtoSchema,
  ValueInfoProtoSchema,
  type AttributeProto,
  type FunctionProto,
  type GraphProto,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from 'onnx-buf';
import { bells, sizeOf } from '../random.js';

export { DataType, type GraphProto, type NodeProto, type TensorProto };

/** The operator sets that the digests cover, with the version of the format that such files have. */
export const versions = { 9: 4, 11: 6, 13: 7, 17: 8, 21: 10, 25: 12 } as const;
export type Opset = keyof typeof versions;
export const opsets = Object.keys(versions).map(Number) as Opset[];

/** Whole numbers, lists of them, a body, a tensor. */
export type Attribute =
  number | readonly number[] | { readonly graph: GraphProto } | { readonly t: TensorProto };

export function node(
  opType: string,
  input: readonly string[],
  output: readonly string[],
  attributes: Readonly<Record<string, Attribute>> = {},
  domain = '',
): NodeProto {
  const attribute = Object.entries(attributes).map(([name, value]) => attributeOf(name, value));
  const name = `${opType} of ${output[0]}`;
  return create(NodeProtoSchema, { opType, domain, name, input: [...input], output: [...output], attribute });
}

function attributeOf(name: string, value: Attribute): AttributeProto {
  if (typeof value === 'number')
    return create(AttributeProtoSchema, { name, type: AttributeType.INT, i: BigInt(value) });
  if ('graph' in value)
    return create(AttributeProtoSchema, { name, type: AttributeType.GRAPH, g: value.graph });
  if ('t' in value) return create(AttributeProtoSchema, { name, type: AttributeType.TENSOR, t: value.t });
  return create(AttributeProtoSchema, { name, type: AttributeType.INTS, ints: value.map(BigInt) });
}

type RawValues = Float32Array | Uint16Array | BigInt64Array | Uint8Array;

export function tensor(
  name: string,
  dataType: DataType,
  shape: readonly number[],
  values: RawValues,
): TensorProto {
  const rawData = new Uint8Array(values.buffer as ArrayBuffer, values.byteOffset, values.byteLength);
  return create(TensorProtoSchema, { name, dataType, dims: shape.map(BigInt), rawData });
}

export const floats = (name: string, shape: readonly number[], values: Float32Array): TensorProto =>
  tensor(name, DataType.FLOAT, shape, values);

export const integers = (name: string, values: readonly number[]): TensorProto =>
  tensor(name, DataType.INT64, [values.length], BigInt64Array.from(values, BigInt));

/** A seeded weight; `fanIn` keeps results of a usual size. */
export function weight(name: string, shape: readonly number[], fanIn: number, seed: number): TensorProto {
  return floats(name, shape, bells(sizeOf(shape), 1 / Math.sqrt(fanIn), seed));
}

/** A tensor whose data lie in a file beside the model. */
export function outside(
  name: string,
  shape: readonly number[],
  location: string,
  offset: number,
): TensorProto {
  const entries = { location, offset: String(offset), length: String(4 * sizeOf(shape)) };
  return create(TensorProtoSchema, {
    name,
    dataType: DataType.FLOAT,
    dims: shape.map(BigInt),
    dataLocation: DataLocation.EXTERNAL,
    externalData: Object.entries(entries).map(([key, value]) => ({ key, value })),
  });
}

/** A value; without a shape, of any rank. */
export function value(
  name: string,
  elemType: DataType,
  shape?: readonly (number | string)[],
): ValueInfoProto {
  const dim = shape?.map((size) => ({
    value:
      typeof size === 'number'
        ? ({ case: 'dimValue', value: BigInt(size) } as const)
        : ({ case: 'dimParam', value: size } as const),
  }));
  const tensorType = { elemType, ...(dim === undefined ? {} : { shape: { dim } }) };
  return create(ValueInfoProtoSchema, { name, type: { value: { case: 'tensorType', value: tensorType } } });
}

export interface GraphParts {
  readonly nodes: readonly NodeProto[];
  readonly initializers?: readonly TensorProto[];
  readonly inputs?: readonly ValueInfoProto[];
  readonly outputs: readonly ValueInfoProto[];
}

export function graph({ nodes, initializers = [], inputs = [], outputs }: GraphParts): GraphProto {
  const lists = {
    node: [...nodes],
    initializer: [...initializers],
    input: [...inputs],
    output: [...outputs],
  };
  return create(GraphProtoSchema, { name: 'graph', ...lists });
}

/** A function of one input and one output, in the domain `local`. */
export function localFunction(name: string, nodes: readonly NodeProto[], opset: Opset): FunctionProto {
  const opsetImport = [
    { domain: '', version: BigInt(opset) },
    { domain: 'local', version: 1n },
  ];
  return create(FunctionProtoSchema, {
    name,
    domain: 'local',
    input: ['x'],
    output: ['y'],
    node: [...nodes],
    opsetImport,
  });
}

/** The bytes of an ONNX file. */
export function modelBytes(
  opset: Opset,
  parts: GraphParts,
  functions: readonly FunctionProto[] = [],
): Uint8Array {
  const local = functions.length === 0 ? [] : [{ domain: 'local', version: 1n }];
  const model = create(ModelProtoSchema, {
    irVersion: BigInt(versions[opset]),
    producerName: 'lowbit-digests',
    opsetImport: [{ domain: '', version: BigInt(opset) }, ...local],
    graph: graph(parts),
    functions: [...functions],
  });
  return toBinary(ModelProtoSchema, model);
}
