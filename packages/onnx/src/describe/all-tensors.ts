import { subgraphsOf } from '../read/subgraphs.js';
import type { GraphProto, ModelProto, TensorProto } from '../schema/proto.js';

/** Every constant tensor of a model: initializers and tensor attributes, in subgraphs and functions too. */
export function allTensors({ graph, functions }: ModelProto): TensorProto[] {
  const inner = functions.flatMap(({ node }) => node.flatMap(tensorsOfNode));
  return [...(graph === undefined ? [] : tensorsOfGraph(graph)), ...inner];
}

function tensorsOfGraph({ initializer, sparseInitializer, node }: GraphProto): TensorProto[] {
  const sparse = sparseInitializer.flatMap(({ values, indices }) =>
    [values, indices].filter((one) => one !== undefined),
  );
  return [...initializer, ...sparse, ...node.flatMap(tensorsOfNode)];
}

function tensorsOfNode(node: GraphProto['node'][number]): TensorProto[] {
  const own = node.attribute.flatMap(({ t, tensors }) => [...(t === undefined ? [] : [t]), ...tensors]);
  return [...own, ...subgraphsOf(node).flatMap(({ graph }) => tensorsOfGraph(graph))];
}
