import { subgraphsOf } from '../read/subgraphs.js';
import type { GraphProto } from '../schema/proto.js';

/** Names of the values that must stay: outputs of the graph, and what its subgraphs use. */
export function heldNames(graph: GraphProto): Set<string> {
  const inner = graph.node.flatMap(subgraphsOf).flatMap(({ graph: body }) => [...usedNames(body)]);
  return new Set([...graph.output.map(({ name }) => name), ...inner]);
}

function* usedNames(graph: GraphProto): Iterable<string> {
  for (const { name } of graph.output) yield name;
  for (const node of graph.node) {
    yield* node.input;
    for (const { graph: body } of subgraphsOf(node)) yield* usedNames(body);
  }
}
