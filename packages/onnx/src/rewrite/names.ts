import { subgraphsOf } from '../read/subgraphs.js';
import type { GraphProto } from '../schema/proto.js';

/**
 * A prefix that no value of the graphs or their subgraphs begins with: `q`, or `q` with as many underscores as it
 * takes. Names made from it are unique, and the same for the same model.
 */
export function freePrefix(graphs: readonly GraphProto[]): string {
  const taken = graphs.flatMap((graph) => [...valueNames(graph)]);
  let prefix = 'q';
  while (taken.some((name) => startsLike(name, prefix))) prefix += '_';
  return prefix;
}

/** Our names go on with a digit or a dot after the prefix. */
function startsLike(name: string, prefix: string): boolean {
  return name.startsWith(prefix) && /^[\d.]/.test(name.slice(prefix.length));
}

/** Every name of a value in the graph and its subgraphs. */
function* valueNames(graph: GraphProto): Iterable<string> {
  for (const { name } of [...graph.input, ...graph.output, ...graph.valueInfo, ...graph.initializer])
    yield name;
  for (const { values } of graph.sparseInitializer) if (values !== undefined) yield values.name;
  for (const node of graph.node) {
    yield* node.input;
    yield* node.output;
    for (const { graph: inner } of subgraphsOf(node)) yield* valueNames(inner);
  }
}
