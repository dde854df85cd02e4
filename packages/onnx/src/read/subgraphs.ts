import type { GraphProto, NodeProto } from '../schema/proto.js';

/** A graph held by a node's attribute: a branch of `If`, the body of `Loop` or `Scan`. */
export interface Subgraph {
  /** The attribute's name, with an index where the attribute holds several. */
  readonly role: string;
  readonly graph: GraphProto;
}

/** The subgraphs of a node, in the order of its attributes. */
export function subgraphsOf(node: NodeProto): Subgraph[] {
  return node.attribute.flatMap((attribute) => [
    ...(attribute.g === undefined ? [] : [{ role: attribute.name, graph: attribute.g }]),
    ...attribute.graphs.map((graph, index) => ({ role: `${attribute.name}[${index}]`, graph })),
  ]);
}
