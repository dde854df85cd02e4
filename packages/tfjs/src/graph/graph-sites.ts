import type { SiteDescriptor } from '@lowbit/core';
import type { GraphNode } from './graph-topology.js';
import { inputName, traceConstant } from './trace-constant.js';

/**
 * Where the activations of a node that multiplies by a weight can be looked at: the tensor that it multiplies. None where that is a
 * constant too, or where control flow decides how often it is computed: such values cannot be taken out of a running graph.
 *
 * @param id The node's id among the layers.
 * @param operand Which input of the node the weight is.
 */
export function graphSite(
  id: string,
  node: GraphNode,
  operand: number,
  nodes: ReadonlyMap<string, GraphNode>,
  contexts: Contexts,
): SiteDescriptor | undefined {
  const at = multipliedBy(node.op, operand);
  const input = at === undefined ? undefined : node.input?.[at];
  const from = input === undefined ? undefined : inputName(input);
  if (input === undefined || from === undefined || traceConstant(input, nodes) !== undefined)
    return undefined;
  if ((contexts.get(from) ?? outside) !== outside) return undefined;
  return { id: `${id}/input`, tensor: input.replace(/:0$/, ''), side: 'input' };
}

/** Which input of an operator a weight is multiplied by; what a table gives rows of are numbers of rows. */
function multipliedBy(op: string, weight: number): number | undefined {
  if (op.startsWith('Gather')) return undefined;
  return op === 'Conv2DBackpropInput' ? 2 : 1 - weight;
}

/** The branches and loops that a node is in, the innermost last; by name of the node. */
type Contexts = ReadonlyMap<string, Context>;
type Context = readonly ('branch' | 'loop')[];
const outside: Context = [];

/**
 * The branches and loops that nodes are in: `Switch` begins a branch and `Merge` ends it, `Enter` begins a loop and `Exit` ends it.
 *
 * @param ordered The nodes, each after its inputs but for the edges that close a loop.
 */
export function controlContexts(ordered: readonly GraphNode[]): Contexts {
  const contexts = new Map<string, Context>();
  for (const { name, op, input = [] } of ordered) {
    const given = input.map((each) => contexts.get(inputName(each) ?? each.slice(1)) ?? outside);
    contexts.set(name, after(op, given.reduce(longer, outside)));
  }
  return contexts;
}

const longer = (one: Context, other: Context) => (other.length > one.length ? other : one);

function after(op: string, context: Context): Context {
  if (op === 'Switch') return [...context, 'branch'];
  if (op === 'Enter') return [...context, 'loop'];
  // A loop begins with a Merge too, which ends no branch.
  if (op === 'Merge' && context.at(-1) === 'branch') return without(context, context.length - 1);
  if (op === 'Exit') return without(context, Math.max(0, context.lastIndexOf('loop')));
  return context;
}

const without = (context: Context, from: number): Context => (from === 0 ? outside : context.slice(0, from));
