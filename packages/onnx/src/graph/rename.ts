import { subgraphsOf } from '../model/subgraphs.js';
import type { GraphProto } from '../schema/proto.js';

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

/** Renames uses in a graph and in those inside it that do not define the name themselves. */
export function renameUses(graph: GraphProto, name: string, fresh: string): void {
  for (const node of graph.node) {
    if (node.input.includes(name)) node.input = node.input.map((input) => (input === name ? fresh : input));
    for (const { graph: inner } of subgraphsOf(node)) {
      if (defines(inner, name)) continue;
      for (const output of inner.output) if (output.name === name) output.name = fresh;
      renameUses(inner, name, fresh);
    }
  }
}

/** Whether a graph itself gives a value of this name. */
const defines = ({ input, initializer, node }: GraphProto, name: string): boolean =>
  [...input, ...initializer].some((one) => one.name === name) ||
  node.some(({ output }) => output.includes(name));
