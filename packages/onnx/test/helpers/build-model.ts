import { readModel } from '../../src/read/read-model.js';
import type { OnnxModel } from '../../src/model/model.js';
import {
  createGraph,
  createModel,
  createOperatorSet,
  createValueInfo,
  DataType,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  serializeModel,
  type TensorProto,
} from '../../src/schema/proto.js';
import { makeTensor } from '../../src/graph/make-tensor.js';

export interface GraphParts {
  readonly name?: string;
  readonly nodes: readonly NodeProto[];
  readonly initializers?: readonly TensorProto[];
  /** Shapes by name; FLOAT unless `types` says otherwise. */
  readonly inputs?: Readonly<Record<string, readonly (number | string)[]>>;
  readonly outputs: Readonly<Record<string, readonly (number | string)[]>>;
  readonly types?: Readonly<Record<string, DataType>>;
}

export function buildGraph({
  name = 'graph',
  nodes,
  initializers = [],
  inputs = {},
  outputs,
  types = {},
}: GraphParts) {
  const values = (shapes: GraphParts['outputs']) =>
    Object.entries(shapes).map(([key, shape]) => createValueInfo(key, types[key] ?? DataType.FLOAT, shape));
  return createGraph({
    name,
    node: [...nodes],
    initializer: [...initializers],
    input: values(inputs),
    output: values(outputs),
  });
}

export function buildProto(
  graph: GraphProto,
  { ir = 8, opset = 17, domains = {} as Record<string, number> } = {},
): ModelProto {
  return createModel({
    irVersion: BigInt(ir),
    producerName: 'test',
    opsetImport: [
      createOperatorSet('', opset),
      ...Object.entries(domains).map(([d, v]) => createOperatorSet(d, v)),
    ],
    graph,
  });
}

export function buildBytes(parts: GraphParts, versions: Parameters<typeof buildProto>[1] = {}): Uint8Array {
  return serializeModel(buildProto(buildGraph(parts), versions), 'test');
}

export function buildModel(parts: GraphParts, versions: Parameters<typeof buildProto>[1] = {}): OnnxModel {
  return readModel(buildBytes(parts, versions), 'test');
}

/** A float tensor of 0, 1, 2 … */
export function counting(name: string, dims: readonly number[]): TensorProto {
  const count = dims.reduce((product, size) => product * size, 1);
  return makeTensor(
    name,
    DataType.FLOAT,
    dims,
    Float32Array.from({ length: count }, (_, index) => index),
  );
}

export const integers = (name: string, values: readonly number[]): TensorProto =>
  makeTensor(name, DataType.INT64, [values.length], values);
