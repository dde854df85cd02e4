import type { EditableGraph } from '../graph/editable-graph.js';
import { integerAttribute } from '../graph/attributes.js';
import { isStandard } from '../graph/scope.js';
import { bytesOfType, isFloatType } from '../model/data-types.js';
import { chainOperator } from '../operators/moves/chain-operators.js';
import { operatorOf } from '../operators/operators.js';
import type { NodeProto } from '../schema/proto.js';

/** More operators than this move no weight. */
const longestPath = 64;

/** The constants that reach products by way of operators that only move them. */
export function movedConstants(graph: EditableGraph): string[] {
  const found = new Set<string>();
  for (const node of graph.nodes()) {
    if (operatorOf(node)?.product === undefined) continue;
    const constant = behindMoves(node.input[1] ?? '', graph);
    if (constant !== undefined) found.add(constant);
  }
  return [...found];
}

function behindMoves(weight: string, graph: EditableGraph): string | undefined {
  let name = weight;
  for (let steps = 0; steps < longestPath; steps++) {
    const node = graph.producer(name);
    if (node === undefined) break;
    const [from = ''] = node.input;
    if (!moves(node, from, graph)) return undefined;
    name = from;
  }
  return name !== weight && graph.isConstant(name) ? name : undefined;
}

/** Whether a node moves a value, by lists that are constant. */
function moves(node: NodeProto, from: string, graph: EditableGraph): boolean {
  if (chainOperator(node) === undefined || isStandard(node, 'Concat') || node.input[0] !== from) return false;
  return node.input.slice(1).every((name) => name === '' || (name !== from && graph.isConstant(name)));
}

/** What stands between a constant and those that take what becomes of it. */
export interface MovedTree {
  /** Inputs before their users. */
  readonly nodes: readonly NodeProto[];
  /** What becomes of the constant, and is taken by others. */
  readonly ends: readonly string[];
}

/** Whether a node stores floats of a type in more bytes. */
export function isWider(node: NodeProto, from = 0): boolean {
  if (!isStandard(node, 'Cast')) return false;
  return !isFloatType(from) || bytesOfType(integerAttribute(node, 'to', 0), 1) > bytesOfType(from, 1);
}

/** What takes a constant and moves it, up to where it would take more bytes; `undefined` where anything else takes the constant, or a value on the way. */
export function movedTree(constant: string, graph: EditableGraph): MovedTree | undefined {
  const nodes: NodeProto[] = [];
  const ends: string[] = [];
  const type = graph.constantType(constant)?.type;
  const pending = [constant];
  for (let name = pending.shift(); name !== undefined; name = pending.shift()) {
    const users = [...new Set(graph.users(name))];
    if (graph.isHeld(name)) return undefined;
    const from = name;
    const movers = users.filter((node) => moves(node, from, graph) && !isWider(node, type));
    if (movers.length === 0 && users.length > 0 && name !== constant) ends.push(name);
    else if (movers.length < users.length) return undefined;
    nodes.push(...movers);
    pending.push(...movers.flatMap(({ output }) => output.filter((one) => one !== '')));
    if (nodes.length > longestPath) return undefined;
  }
  return { nodes, ends };
}
