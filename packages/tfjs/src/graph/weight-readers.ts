import type { StoredWeight } from '@lowbit/tfjs-format';
import type { GraphNode, GraphTopology } from './graph-topology.js';
import { inputName, passesOn, traceConstant } from './trace-constant.js';
import { weightUse, type WeightUse } from './weight-use.js';

/** A float weight that a node reads. */
export interface WeightInput {
  readonly weight: StoredWeight;
  /** Absent where the operator's axes are not known. */
  readonly use?: WeightUse;
}

/** A node that reads at least one float weight. */
export interface WeightReader {
  /** The node's name, in a function after the function's name and `/`. */
  readonly id: string;
  readonly op: string;
  readonly inputs: readonly WeightInput[];
}

/** The nodes that read float weights: those of the graph in the order of execution, then those of its functions. */
export function weightReaders(
  { node, library }: GraphTopology,
  weights: ReadonlyMap<string, StoredWeight>,
  integer: (weight: string) => number | undefined,
): WeightReader[] {
  const functions = library?.function ?? [];
  return [
    ...readersOf(node, '', weights, integer),
    ...functions.flatMap(({ signature, nodeDef = [] }) =>
      readersOf(nodeDef, `${signature.name}/`, weights, integer),
    ),
  ];
}

function readersOf(
  nodes: readonly GraphNode[],
  prefix: string,
  weights: ReadonlyMap<string, StoredWeight>,
  integer: (weight: string) => number | undefined,
): WeightReader[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  return executionOrder(nodes)
    .filter((node) => !passesOn(node))
    .flatMap((node) => {
      const constants = (node.input ?? []).map((input) => traceConstant(input, byName));
      const inputs = constants.flatMap((name, operand): WeightInput[] => {
        const weight = weights.get(name ?? '');
        if (weight?.spec.dtype !== 'float32') return [];
        const rank = weight.spec.shape.length;
        const use = weightUse({ node, operand, rank, integer: (at) => integer(constants[at] ?? '') });
        return [{ weight, ...(use !== undefined && { use }) }];
      });
      return inputs.length === 0 ? [] : [{ id: prefix + node.name, op: node.op, inputs }];
    });
}

/** The nodes so that each comes after its inputs, control inputs included; the edges that close a loop do not count. */
function executionOrder(nodes: readonly GraphNode[]): GraphNode[] {
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
