import { sizeOf } from '@lowbit/core/adapter';
import type { StoredWeight } from '@lowbit/tfjs-format';
import { attributeWords, type GraphNode, type GraphTopology } from './graph-topology.js';
import { inputName, passesOn, traceConstant } from './trace-constant.js';
import type { WeightReader } from './weight-readers.js';

/** Where numbers are added to the output channels of a weight. */
export interface GraphBias {
  /** The node that multiplies by the weight. */
  readonly node: string;
  /** The constant that is added, and the input of a node that takes it; absent where a node that adds one is to be made. */
  readonly constant?: { readonly weight: string; readonly reader: string; readonly operand: number };
  /** Its dimensions. */
  readonly shape: readonly number[];
}

/** Finds the place for each weight of a graph; why there is none, a clause. */
export function graphBiases(
  { node: nodes }: GraphTopology,
  readers: readonly WeightReader[],
  weights: ReadonlyMap<string, StoredWeight>,
): (weight: string) => GraphBias | string {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const users = usersOf(nodes);
  const reading = new Map<string, WeightReader[]>();
  for (const reader of readers)
    for (const name of new Set(reader.inputs.map(({ weight }) => weight.spec.name)))
      reading.set(name, [...(reading.get(name) ?? []), reader]);
  return (name) => {
    const [reader, ...others] = reading.get(name) ?? [];
    const node = byName.get(reader?.id ?? '');
    const inputs = reader?.inputs.filter(({ weight }) => weight.spec.name === name) ?? [];
    const [input] = inputs;
    if (others.length > 0 || inputs.length > 1) return 'several nodes multiply by the weight';
    if (input?.use?.kernel === 'embedding') return 'it is a table, of which nothing is summed';
    if (node === undefined) return 'its node is in a function of the graph, which stays as it is';
    const { shape } = input!.weight.spec;
    const channels = sizeOf((input?.use?.outputAxes ?? []).map((axis) => shape[axis] as number));
    const own = { node, operand: input!.operand, rank: shape.length, channels };
    if (attributeWords(node, 'data_format')[0]?.startsWith('NC') === true)
      return 'its channels are not the last axis of what its node gives';
    const known = (at: GraphNode, operand: number) => constantAt(at, operand, channels, byName, weights);
    return node.op.includes('Fused') ? inNode(own, known) : behind(own, known, users);
  };
}

interface BiasedNode {
  readonly node: GraphNode;
  /** Which input of the node the weight is, and how many axes it has. */
  readonly operand: number;
  readonly rank: number;
  readonly channels: number;
}

type Known = (at: GraphNode, operand: number) => GraphBias['constant'];

/** The third input of a node that multiplies and adds. */
function inNode({ node, operand, channels }: BiasedNode, known: Known): GraphBias | string {
  if (operand !== 1) return 'its channels are not the last axis of what its node gives';
  if (attributeWords(node, 'fused_ops')[0] !== 'BiasAdd')
    return `${node.op} adds no bias before it computes more`;
  const constant = known(node, 2);
  if (constant === undefined) return 'its bias is no constant with one number a channel';
  return { node: node.name, constant, shape: [channels] };
}

/** What the one user of a product adds to it, or what a new node is to. */
function behind(
  { node, operand, rank, channels }: BiasedNode,
  known: Known,
  users: ReadonlyMap<string, readonly GraphNode[]>,
): GraphBias | string {
  const isProduct = node.op.includes('MatMul');
  if (isProduct && rank > 2) return 'it is several matrices';
  const isLast = !isProduct || operand === 1;
  const [user, ...others] = users.get(node.name) ?? [];
  const adds = user !== undefined && others.length === 0 && ['BiasAdd', 'Add', 'AddV2'].includes(user.op);
  const own = adds ? (user.input ?? []).findIndex((input) => inputName(input) !== node.name) : -1;
  const constant = isLast && own >= 0 ? known(user!, own) : undefined;
  const shape = isLast ? [channels] : [channels, 1];
  return { node: node.name, shape, ...(constant !== undefined && { constant }) };
}

/** The constant of one number a channel that an input is. */
function constantAt(
  { name, input = [] }: GraphNode,
  operand: number,
  channels: number,
  nodes: ReadonlyMap<string, GraphNode>,
  weights: ReadonlyMap<string, StoredWeight>,
): GraphBias['constant'] {
  const weight = traceConstant(input[operand] ?? '', nodes);
  const spec = weights.get(weight ?? '')?.spec;
  if (weight === undefined || spec?.dtype !== 'float32') return undefined;
  const isOfChannels = sizeOf(spec.shape) === channels && spec.shape.at(-1) === channels;
  return isOfChannels ? { weight, reader: name, operand } : undefined;
}

/** The nodes that take what a node gives, once for each input. */
function usersOf(nodes: readonly GraphNode[]): ReadonlyMap<string, readonly GraphNode[]> {
  const users = new Map<string, GraphNode[]>();
  for (const node of nodes)
    for (const input of node.input ?? []) {
      const name = inputName(input) ?? input.slice(1);
      users.set(name, [...(users.get(name) ?? []), node]);
    }
  return users;
}

/** Whether one input of one node takes a constant, and none else. */
export function isTakenOnce(constant: string, { node: nodes }: GraphTopology): boolean {
  const users = usersOf(nodes);
  const count = (name: string): number =>
    (users.get(name) ?? []).reduce((sum, user) => sum + (passesOn(user) ? count(user.name) : 1), 0);
  return count(constant) === 1;
}
