import type { WeightSite, WeightUse } from '../describe/weight-site.js';
import { subgraphsOf } from '../model/subgraphs.js';
import type { GraphProto } from '../schema/proto.js';

/**
 * Whether a weight itself (not a chain after it) feeds nodes of its graph that pass a test, and nothing else: then
 * they can take it in another form.
 */
export function usedOnly({ source, uses }: WeightSite, test: (use: WeightUse) => boolean): boolean {
  const { graph, name } = source;
  const fits = uses.every((use) => use.direct && use.graph === graph && test(use));
  const hidden = graph.output.every((output) => output.name !== name);
  return fits && hidden && uses.length > 0 && countUses(graph, name) === uses.length;
}

/** How often a name is an input or the result of a graph, subgraphs included. */
export function countUses(graph: GraphProto, name: string): number {
  let count = graph.output.filter((output) => output.name === name).length;
  for (const node of graph.node) {
    for (const input of node.input) if (input === name) count++;
    for (const { graph: subgraph } of subgraphsOf(node)) count += countUses(subgraph, name);
  }
  return count;
}
