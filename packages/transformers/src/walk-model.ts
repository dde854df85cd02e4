import type { OnnxModel } from '@lowbit/onnx';

export type Graph = NonNullable<OnnxModel['proto']['graph']>;
export type Tensor = Graph['initializer'][number];
type Node = Graph['node'][number];

/** Graphs inside those nodes. */
const insideNodes = (nodes: readonly Node[]): readonly Graph[] =>
  nodes.flatMap(({ attribute }) => attribute.flatMap(({ g, graphs }) => [...(g ? [g] : []), ...graphs]));

/** A graph and all inside it, outer ones first. */
export const graphsFrom = (graph: Graph): readonly Graph[] => [
  graph,
  ...insideNodes(graph.node).flatMap(graphsFrom),
];

function allGraphs({ graph, functions }: OnnxModel['proto']): readonly Graph[] {
  const bodies = functions.flatMap(({ node }) => insideNodes(node).flatMap(graphsFrom));
  return [...(graph ? graphsFrom(graph) : []), ...bodies];
}

/** All nodes of a model, those of branches and functions too. */
export const nodesOf = (model: OnnxModel['proto']): readonly Node[] => [
  ...allGraphs(model).flatMap(({ node }) => node),
  ...model.functions.flatMap(({ node }) => node),
];

/** Every tensor that a model holds, in its functions too. */
export function tensorsOf(model: OnnxModel['proto']): readonly Tensor[] {
  const inNodes = nodesOf(model).flatMap(({ attribute }) =>
    attribute.flatMap(({ t, tensors }) => [...(t ? [t] : []), ...tensors]),
  );
  return [...allGraphs(model).flatMap(({ initializer }) => initializer), ...inNodes];
}
