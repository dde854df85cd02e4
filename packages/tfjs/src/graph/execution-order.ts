import type { GraphNode } from './graph-topology.js';
import { inputName } from './trace-constant.js';

/** The nodes so that each comes after its inputs, control inputs included; the edges that close a loop do not count. */
export function executionOrder(nodes: readonly GraphNode[]): GraphNode[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const seen = new Set<GraphNode>();
  const order: GraphNode[] = [];
  for (const start of nodes) {
    // Graphs may be too deep for recursion. A node is visited twice: to reach its inputs, then to take its place.
    const open: { node: GraphNode; inputsDone: boolean }[] = [{ node: start, inputsDone: false }];
    for (let step = open.pop(); step !== undefined; step = open.pop()) {
      const { node, inputsDone } = step;
      if (inputsDone) order.push(node);
      if (inputsDone || seen.has(node)) continue;
      seen.add(node);
      open.push({ node, inputsDone: true });
      const inputs = (node.input ?? []).map((input) => byName.get(inputName(input) ?? input.slice(1)));
      for (const input of inputs.reverse())
        if (input !== undefined) open.push({ node: input, inputsDone: false });
    }
  }
  return order;
}
