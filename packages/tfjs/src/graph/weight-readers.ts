import type { StoredWeight } from '@lowbit/tfjs-format';
import { executionOrder } from './execution-order.js';
import type { GraphNode, GraphTopology } from './graph-topology.js';
import { passesOn, traceConstant } from './trace-constant.js';
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
