import type { GraphNode } from './graph-topology.js';

/** Operators that give their first input on as it is. `Enter` brings a constant into a loop. */
const passing = new Set(['Identity', 'Snapshot', 'StopGradient', 'ReadVariableOp', 'Enter']);

/** Whether the node only gives its input on. */
export function passesOn(node: GraphNode): boolean {
  return passing.has(node.op);
}

/** The node that an input names: `node`, `node:0`. Undefined for control inputs, which carry no value. */
export function inputName(input: string): string | undefined {
  return input.startsWith('^') ? undefined : input.split(':')[0];
}

/**
 * The constant behind an input, through nodes that give it on unchanged; undefined when it is computed or fed.
 *
 * @param nodes The nodes of the same graph or function, by name.
 */
export function traceConstant(input: string, nodes: ReadonlyMap<string, GraphNode>): string | undefined {
  let node = nodes.get(inputName(input) ?? '');
  // A chain is no longer than the graph; a longer one is a circle.
  for (let steps = 0; node !== undefined && passesOn(node) && steps < nodes.size; steps++)
    node = nodes.get(inputName(node.input?.[0] ?? '^') ?? '');
  return node?.op === 'Const' ? node.name : undefined;
}
