import { subgraphsOf } from '../model/subgraphs.js';
import type { GraphProto, NodeProto } from '../schema/proto.js';

/** The graph around each subgraph. */
export function parentsOf(graphs: readonly GraphProto[]): ReadonlyMap<GraphProto, GraphProto> {
  const parents = new Map<GraphProto, GraphProto>();
  const walk = (graph: GraphProto): void => {
    for (const { graph: inner } of graph.node.flatMap(subgraphsOf)) {
      parents.set(inner, graph);
      walk(inner);
    }
  };
  graphs.forEach(walk);
  return parents;
}

/** Whether a graph around this one gives a value of the name. */
export function hides(
  graph: GraphProto,
  name: string,
  parents: ReadonlyMap<GraphProto, GraphProto>,
): boolean {
  for (let outer = parents.get(graph); outer !== undefined; outer = parents.get(outer)) {
    if (defines(outer, name)) return true;
  }
  return false;
}

/** Gives a value that a graph defines another name, there and wherever it is used. @param nodes The graph's own. */
export function renameValue(
  graph: GraphProto,
  name: string,
  fresh: string,
  nodes: readonly NodeProto[] = graph.node,
): void {
  renameUses(nodes, name, fresh);
  for (const node of nodes) replaceIn(node, 'output', name, fresh);
  for (const one of [...graph.initializer, ...graph.valueInfo, ...graph.output])
    if (one.name === name) one.name = fresh;
}

/** Renames uses by nodes and in the graphs inside them that do not define the name themselves. */
export function renameUses(nodes: readonly NodeProto[], name: string, fresh: string): void {
  for (const node of nodes) {
    replaceIn(node, 'input', name, fresh);
    for (const { graph: inner } of subgraphsOf(node)) {
      if (defines(inner, name)) continue;
      for (const output of inner.output) if (output.name === name) output.name = fresh;
      renameUses(inner.node, name, fresh);
    }
  }
}

function replaceIn(node: NodeProto, side: 'input' | 'output', name: string, fresh: string): void {
  if (node[side].includes(name)) node[side] = node[side].map((one) => (one === name ? fresh : one));
}

/** Whether a graph itself gives a value of this name. */
const defines = ({ input, initializer, node }: GraphProto, name: string): boolean =>
  [...input, ...initializer].some((one) => one.name === name) ||
  node.some(({ output }) => output.includes(name));
