import {
  graphPartsSize,
  type GraphProto,
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
export const storedBytes = (parts: GraphParts): number =>
  graphPartsSize(parts as Partial<GraphProto>, 'graph');
