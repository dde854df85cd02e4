import {
  createGraph,
  createModel,
  serializeModel,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from '../schema/proto.js';

/** Parts of a graph. */
export interface GraphParts {
  readonly initializer?: readonly TensorProto[];
  readonly node?: readonly NodeProto[];
  readonly input?: readonly ValueInfoProto[];
}

/** Bytes that these parts take in a graph of a file, tags and lengths counted. */
export function storedBytes({ initializer = [], node = [], input = [] }: GraphParts): number {
  const graph = createGraph({ initializer: [...initializer], node: [...node], input: [...input] });
  const framed = serializeModel(createModel({ graph }), 'graph').length;
  return framed - 1 - lengthBytes(framed - 1);
}

/** Bytes of the varint in front of a message, from the bytes of both together. */
function lengthBytes(together: number): number {
  let bytes = 1;
  while (together - bytes >= 2 ** (7 * bytes)) bytes++;
  return bytes;
}
