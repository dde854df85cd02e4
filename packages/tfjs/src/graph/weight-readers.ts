import type { SiteDescriptor } from '@lowbit/core';
import type { StoredWeight } from '@lowbit/tfjs-format';
import type { GraphNode, GraphTopology } from './graph-topology.js';
import { controlContexts, graphSite } from './graph-sites.js';
import type { ReadGraph } from './read-graph.js';
import { inputName, passesOn, traceConstant } from './trace-constant.js';
import { weightUse, type WeightUse } from './weight-use.js';

/** A float weight that a node reads. */
export interface WeightInput {
  readonly weight: StoredWeight;
  /** Which input of the node it is. */
  readonly operand: number;
  /** Absent where the operator's axes are not known. */
  readonly use?: WeightUse;
}

/** A node that reads at least one float weight. */
export interface WeightReader {
  /** The node's name, in a function after the function's name and `/`. */
  readonly id: string;
  readonly op: string;
  readonly inputs: readonly WeightInput[];
  /** Where what it multiplies by its weights can be looked at. */
  readonly sites: readonly SiteDescriptor[];
}

/** The nodes of a graph that read float weights. */
export function readersIn({ topology, weights }: ReadGraph): readonly WeightReader[] {
  const byName = new Map(weights.map((weight) => [weight.spec.name, weight]));
  return weightReaders(topology, byName, (name) => wholeNumber(byName.get(name)));
}

/** The value of a constant that is one int32. */
function wholeNumber(weight: StoredWeight | undefined): number | undefined {
  if (weight?.spec.dtype !== 'int32' || weight.bytes.length !== 4) return undefined;
  return new DataView(weight.bytes.buffer, weight.bytes.byteOffset).getInt32(0, true);
}

/** The nodes that read float weights: those of the graph in the order of execution, then those of its functions. */
function weightReaders(
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
  const ordered = executionOrder(nodes);
  const contexts = controlContexts(ordered);
  return ordered
    .filter((node) => !passesOn(node))
    .flatMap((node) => {
      const constants = (node.input ?? []).map((input) => traceConstant(input, byName));
      const inputs = constants.flatMap((name, operand): WeightInput[] => {
        const weight = weights.get(name ?? '');
        if (weight?.spec.dtype !== 'float32') return [];
        const rank = weight.spec.shape.length;
        const use = weightUse({ node, operand, rank, integer: (at) => integer(constants[at] ?? '') });
        return [{ weight, operand, ...(use !== undefined && { use }) }];
      });
      if (inputs.length === 0) return [];
      const id = prefix + node.name;
      // What is computed in a function is not seen from outside.
      const used = prefix === '' ? inputs.filter(({ use }) => use !== undefined) : [];
      const sites = used.flatMap(({ operand }) => graphSite(id, node, operand, byName, contexts) ?? []);
      return [{ id, op: node.op, inputs, sites }];
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
