import { bodyOf } from '../model/function-body.js';
import { subgraphsOf } from '../model/subgraphs.js';
import type { GraphProto, ModelProto, NodeProto } from '../schema/proto.js';

/**
 * Gives nodes of a graph names of their own, near those of their outputs, where lowbit added them without one, and where a
 * name repeats: runtimes refuse two nodes of one name in a graph (onnxruntime 1.32).
 *
 * @param known Nodes of the file, which may have no name.
 * @returns Whether any got one.
 */
export function nameNodes(nodes: readonly NodeProto[], known: ReadonlySet<NodeProto>): boolean {
  const taken = new Set<string>();
  const unnamed = nodes.filter((node) => !keepsName(node, taken, known));
  for (const node of unnamed) {
    const near = node.name || node.output.find((name) => name !== '') || node.opType;
    const sign = known.has(node) ? '#' : '_';
    let name = near;
    for (let count = 2; taken.has(name); count++) name = `${near}${sign}${count}`;
    taken.add(name);
    node.name = name;
  }
  return unnamed.length > 0;
}

/** Makes the names of nodes unique in every graph of a model that repeats some. @returns Whether it did. */
export function separateNames({ graph, functions }: ModelProto): boolean {
  const graphs = [graph as GraphProto, ...functions.map(bodyOf)];
  let changed = false;
  for (let next = graphs.pop(); next !== undefined; next = graphs.pop()) {
    changed = nameNodes(next.node, new Set(next.node)) || changed;
    for (const node of next.node) graphs.push(...subgraphsOf(node).map(({ graph: inner }) => inner));
  }
  return changed;
}

function keepsName(node: NodeProto, taken: Set<string>, known: ReadonlySet<NodeProto>): boolean {
  if (node.name === '') return known.has(node);
  if (taken.has(node.name)) return false;
  taken.add(node.name);
  return true;
}
