import {
  copyMessage,
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
  const tensors = initializer.reduce((sum, tensor) => sum + initializerBytes(tensor), 0);
  return tensors + contentBytes({ node: [...node], input: [...input] });
}

/** Raw data are counted, not written: they can be most of the model. */
function initializerBytes(tensor: TensorProto): number {
  const bare = copyMessage(tensor);
  delete (bare as { rawData?: Uint8Array }).rawData;
  const rest = unframed(contentBytes({ initializer: [bare] }));
  return framed(Object.hasOwn(tensor, 'rawData') ? rest + framed(tensor.rawData.length) : rest);
}

/** Bytes of the fields of a graph. */
function contentBytes(fields: Parameters<typeof createGraph>[0]): number {
  const model = createModel({ graph: createGraph(fields) });
  return unframed(serializeModel(model, 'graph').length);
}

/** Bytes of a field with a length, from those of its content: a tag of one byte, the length, the content. */
function framed(content: number): number {
  let lengthBytes = 1;
  while (content >= 2 ** (7 * lengthBytes)) lengthBytes++;
  return 1 + lengthBytes + content;
}

/** The inverse of {@link framed}. */
function unframed(field: number): number {
  let lengthBytes = 1;
  while (field - 1 - lengthBytes >= 2 ** (7 * lengthBytes)) lengthBytes++;
  return field - 1 - lengthBytes;
}
