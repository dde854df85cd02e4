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

/** Every tensor that a model holds, in its functions too. */
export function tensorsOf({ graph, functions }: OnnxModel['proto']): readonly Tensor[] {
  const bodies = functions.flatMap(({ node }) => insideNodes(node).flatMap(graphsFrom));
  const graphs = [...(graph ? graphsFrom(graph) : []), ...bodies];
  const nodes = [...graphs.flatMap(({ node }) => node), ...functions.flatMap(({ node }) => node)];
  const inNodes = nodes.flatMap(({ attribute }) =>
    attribute.flatMap(({ t, tensors }) => [...(t ? [t] : []), ...tensors]),
  );
  return [...graphs.flatMap(({ initializer }) => initializer), ...inNodes];
}
