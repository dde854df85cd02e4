import { subgraphsOf } from '../read/subgraphs.js';
import type { GraphProto } from '../schema/proto.js';

/** Every name of a value or node in a graph and its subgraphs. */
export function namesOf(graph: GraphProto): string[] {
  const values = [...graph.input, ...graph.output, ...graph.valueInfo, ...graph.initializer].map(
    ({ name }) => name,
  );
  const inner = graph.node.flatMap((node) => subgraphsOf(node).flatMap(({ graph: body }) => namesOf(body)));
  return [
    ...values,
    ...graph.node.flatMap(({ name, input, output }) => [name, ...input, ...output]),
    ...inner,
  ];
}
