import type { AttributeProto, GraphProto, NodeProto } from '../schema/proto.js';

/** A graph held by a node's attribute: a branch of `If`, the body of `Loop` or `Scan`. */
interface Subgraph {
  /** The attribute's name, with an index where the attribute holds several. */
  readonly role: string;
  readonly graph: GraphProto;
}

/** The subgraphs of a node, in the order of its attributes. */
export const subgraphsOf = ({ attribute }: NodeProto): readonly Subgraph[] =>
  attribute.some(holdsGraphs) ? attribute.flatMap(graphsOf) : none;

/** Most nodes hold no graph, and every node is asked many times. */
const none: readonly Subgraph[] = [];

const holdsGraphs = ({ g, graphs }: AttributeProto): boolean => g !== undefined || graphs.length > 0;

function graphsOf({ name, g, graphs }: AttributeProto): Subgraph[] {
  const listed = graphs.map((graph, index) => ({ role: `${name}[${index}]`, graph }));
  return g === undefined ? listed : [{ role: name, graph: g }, ...listed];
}
