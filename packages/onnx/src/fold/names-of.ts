import { subgraphsOf } from '../read/subgraphs.js';
import type { GraphProto } from '../schema/proto.js';

/** Every name of a value or node in a graph and its subgraphs. */
export function namesOf(graph: GraphProto): string[] {
  const names: string[] = [];
  addNames(graph, names);
  return names;
}

function addNames(
  { input, output, valueInfo, initializer, sparseInitializer, node }: GraphProto,
  names: string[],
): void {
  for (const values of [input, output, valueInfo, initializer])
    for (const { name } of values) names.push(name);
  for (const { values } of sparseInitializer) if (values !== undefined) names.push(values.name);
  for (const one of node) {
    names.push(one.name);
    for (const name of one.input) names.push(name);
    for (const name of one.output) names.push(name);
    for (const { graph } of subgraphsOf(one)) addNames(graph, names);
  }
}
