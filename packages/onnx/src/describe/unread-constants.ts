import { subgraphsOf } from '../model/subgraphs.js';
import type { GraphProto, NodeProto, TensorProto } from '../schema/proto.js';

/** A constant of a branch that the runtime never reads. */
export interface UnreadConstant {
  readonly graph: GraphProto;
  readonly tensor: TensorProto;
}

/**
 * Initializers of a node's branches that hide a value around them which another branch of the node takes. onnxruntime hands
 * that value to every branch and never reads the initializer (measured with 1.30; the reference evaluator of onnx does
 * the same), so the value is what the branch computes with.
 *
 * @param isOuter Whether there is a value of this name around the branches.
 */
export function unreadConstants(node: NodeProto, isOuter: (name: string) => boolean): UnreadConstant[] {
  const graphs = subgraphsOf(node).map(({ graph }) => graph);
  if (graphs.length < 2) return [];
  const hiding = graphs.flatMap((graph) =>
    graph.initializer.filter(({ name }) => isOuter(name)).map((tensor) => ({ graph, tensor })),
  );
  if (hiding.length === 0) return [];
  const taken = new Set(graphs.flatMap((graph) => [...takenNames(graph)]));
  return hiding.filter(({ tensor }) => taken.has(tensor.name));
}

/** Names of the values that a graph takes from around it. */
function takenNames({ input, initializer, node, output }: GraphProto): Set<string> {
  const taken = new Set(output.map(({ name }) => name));
  for (const { input: names } of node) for (const name of names) taken.add(name);
  for (const { graph } of node.flatMap(subgraphsOf)) for (const name of takenNames(graph)) taken.add(name);
  for (const { name } of [...input, ...initializer]) taken.delete(name);
  for (const { output: names } of node) for (const name of names) taken.delete(name);
  return taken;
}
