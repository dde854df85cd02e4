import type { NodeProto } from '../schema/proto.js';

/**
 * Gives nodes of a graph names of their own, near those of their outputs, where lowbit added them without one, and where a
 * name repeats: runtimes refuse two nodes of one name in a graph (onnxruntime 1.32).
 *
 * @param known Nodes of the file, which may have no name.
 */
export function nameNodes(nodes: readonly NodeProto[], known: ReadonlySet<NodeProto>): void {
  const taken = new Set<string>();
  const unnamed = nodes.filter((node) => !keepsName(node, taken, known));
  for (const node of unnamed) {
    const near = node.name || node.output.find((name) => name !== '') || node.opType;
    let name = near;
    for (let count = 2; taken.has(name); count++) name = `${near}_${count}`;
    taken.add(name);
    node.name = name;
  }
}

function keepsName(node: NodeProto, taken: Set<string>, known: ReadonlySet<NodeProto>): boolean {
  if (node.name === '') return known.has(node);
  if (taken.has(node.name)) return false;
  taken.add(node.name);
  return true;
}
