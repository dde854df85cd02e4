import type { WeightSite } from '../describe/weight-site.js';
import { subgraphsOf } from '../read/subgraphs.js';
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

/**
 * Gives a constant of a subgraph a new name where a graph around it defines the same one: an initializer may hide a
 * name, but onnxruntime refuses a node that does.
 */
export function unshadow(
  site: WeightSite,
  parents: ReadonlyMap<GraphProto, GraphProto>,
  newName: () => string,
): WeightSite {
  const { graph, name, tensor, node } = site.source;
  const fixed = graph.input.some((input) => input.name === name);
  if (fixed || !hides(graph, name, parents)) return site;
  const fresh = newName();
  if (node === undefined) tensor.name = fresh;
  else node.output = node.output.map((output) => (output === name ? fresh : output));
  for (const info of graph.valueInfo) if (info.name === name) info.name = fresh;
  renameUses(graph, name, fresh);
  return { ...site, source: { ...site.source, name: fresh } };
}

function hides(graph: GraphProto, name: string, parents: ReadonlyMap<GraphProto, GraphProto>): boolean {
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
