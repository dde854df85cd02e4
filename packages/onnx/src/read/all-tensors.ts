import type {
  AttributeProto,
  GraphProto,
  ModelProto,
  SparseTensorProto,
  TensorProto,
} from '../schema/proto.js';
import { subgraphsOf } from './subgraphs.js';

/** Every constant tensor of a model: initializers and tensor attributes, in subgraphs and functions too. */
export function allTensors({ graph, functions }: ModelProto): TensorProto[] {
  const inner = functions.flatMap(({ node, attributeProto }) => [
    ...attributeProto.flatMap(tensorsOfAttribute),
    ...node.flatMap(tensorsOfNode),
  ]);
  return [...(graph === undefined ? [] : tensorsOfGraph(graph)), ...inner];
}

function tensorsOfGraph({ initializer, sparseInitializer, node }: GraphProto): TensorProto[] {
  return [...initializer, ...sparseInitializer.flatMap(tensorsOfSparse), ...node.flatMap(tensorsOfNode)];
}

function tensorsOfNode(node: GraphProto['node'][number]): TensorProto[] {
  const own = node.attribute.flatMap(tensorsOfAttribute);
  return [...own, ...subgraphsOf(node).flatMap(({ graph }) => tensorsOfGraph(graph))];
}

function tensorsOfAttribute({ t, tensors, sparseTensor, sparseTensors }: AttributeProto): TensorProto[] {
  const sparse = [...(sparseTensor === undefined ? [] : [sparseTensor]), ...sparseTensors];
  return [...(t === undefined ? [] : [t]), ...tensors, ...sparse.flatMap(tensorsOfSparse)];
}

const tensorsOfSparse = ({ values, indices }: SparseTensorProto): TensorProto[] =>
  [values, indices].filter((one) => one !== undefined);
