import type { WeightSite } from '../describe/weight-site.js';
import { hides, renameUses } from '../graph/rename.js';
import type { GraphProto } from '../schema/proto.js';

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
