import type { GraphProto, NodeProto } from '../schema/proto.js';

/** A graph held by a node's attribute: a branch of `If`, the body of `Loop` or `Scan`. */
export interface Subgraph {
  /** The attribute's name, with an index where the attribute holds several. */
  readonly role: string;
  readonly graph: GraphProto;
}

/** The subgraphs of a node, in the order of its attributes. */
export function subgraphsOf(node: NodeProto): Subgraph[] {
  const found: Subgraph[] = [];
  for (const { name, g, graphs } of node.attribute) {
    if (g !== undefined) found.push({ role: name, graph: g });
    graphs.forEach((graph, index) => found.push({ role: `${name}[${index}]`, graph }));
  }
  return found;
}
