import { create, toBinary } from '@bufbuild/protobuf';
import { seededRandom } from '@lowbit/core';
import { sizeOf } from '@lowbit/core/adapter';
import {
  AttributeProto_AttributeType as AttributeType,
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  TensorProto_DataType as DataType,
  TensorProtoSchema,
  ValueInfoProtoSchema,
  type AttributeProto,
  type GraphProto,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from 'onnx-buf';

export { DataType };
export type { GraphProto, NodeProto, TensorProto };

/** A number is an integer, `{ float }` a float, a list of numbers integers; graphs are bodies of `If` and `Loop`. */
export type Attribute =
  number | readonly number[] | { readonly float: number } | { readonly graph: GraphProto };

export function node(
  opType: string,
  input: readonly string[],
  output: readonly string[],
  attributes: Readonly<Record<string, Attribute>> = {},
): NodeProto {
  const attribute = Object.entries(attributes).map(([name, value]) => attributeOf(name, value));
  return create(NodeProtoSchema, { opType, input: [...input], output: [...output], attribute });
}

function attributeOf(name: string, value: Attribute): AttributeProto {
  const fields =
    typeof value === 'number'
      ? { type: AttributeType.INT, i: BigInt(value) }
      : 'float' in value
        ? { type: AttributeType.FLOAT, f: value.float }
        : 'graph' in value
          ? { type: AttributeType.GRAPH, g: value.graph }
          : { type: AttributeType.INTS, ints: value.map(BigInt) };
  return create(AttributeProtoSchema, { name, ...fields });
}

/** Raw little-endian data of a tensor, in the array type of its elements. */
type RawValues = Float32Array | Uint16Array | BigInt64Array | Uint8Array;

export function tensor(
  name: string,
  dataType: DataType,
  dims: readonly number[],
  values: RawValues,
): TensorProto {
  const rawData = new Uint8Array(values.buffer as ArrayBuffer, values.byteOffset, values.byteLength);
  return create(TensorProtoSchema, { name, dataType, dims: dims.map(BigInt), rawData });
}

export const integers = (name: string, values: readonly number[]): TensorProto =>
  tensor(name, DataType.INT64, [values.length], BigInt64Array.from(values, BigInt));

/**
 * Weights of a made-up network: normal, with a deviation of 1 / √fanIn so that values keep their size from layer to
 * layer, row-major.
 */
export function normalWeights(count: number, fanIn: number, seed: number): Float32Array {
  const random = seededRandom(seed);
  const spread = 1 / Math.sqrt(fanIn);
  return Float32Array.from(
    { length: count },
    () => spread * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()),
  );
}

/** A matrix or kernel of {@link normalWeights}. */
export function weight(name: string, dims: readonly number[], fanIn: number, seed: number): TensorProto {
  const count = sizeOf(dims);
  return tensor(name, DataType.FLOAT, dims, normalWeights(count, fanIn, seed));
}

/** A value with a shape of numbers and names of free sizes; without a shape, of any rank. */
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
  return create(GraphProtoSchema, {
    name: 'graph',
    node: [...nodes],
    initializer: [...initializers],
    input: [...inputs],
    output: [...outputs],
  });
}

/** The bytes of an ONNX file of opset 21 and IR 10, the highest that all supported runtimes read. */
export function modelBytes(parts: GraphParts): Uint8Array {
  const model = create(ModelProtoSchema, {
    irVersion: 10n,
    producerName: 'lowbit-proof',
    opsetImport: [create(OperatorSetIdProtoSchema, { domain: '', version: 21n })],
    graph: graph(parts),
  });
  return toBinary(ModelProtoSchema, model);
}
