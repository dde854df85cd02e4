import { sizeOf } from '@lowbit/core/adapter';
import type { ConstantValue } from '../graph/constant-value.js';
import type { EditableGraph } from '../graph/editable-graph.js';
import { isFloatType } from '../model/data-types.js';
import { DataType, type NodeProto } from '../schema/proto.js';
import { type ConstantCall, constantCall, type ConstantsByName } from './evaluate/constant-call.js';
import { evaluate, isEvaluated, resultSize } from './evaluate/evaluate.js';
import { constantsOf, replaceValue, smallConstant } from './fold-constants.js';

/** A value that is made of constants alone. */
export interface ConstantCone {
  /** What makes it, and has one output. */
  readonly root: NodeProto;
  /** All that make it, inputs before their users. */
  readonly nodes: readonly NodeProto[];
  /** Names of the constants. */
  readonly leaves: readonly string[];
}

/** More operators than this lie between no constants and the weight that is made of them. */
const mostNodes = 256;
/** Values on the way to the result: this many, or a few times as many as the constants hold. */
const onTheWay = { least: 2 ** 20, times: 4 };

/** Values and products that may still be computed: a small file can ask for more than anybody waits for. */
export interface Budget {
  left: number;
}

/** What a node's value is made of; `undefined` where anything but constants takes part, or an operator that is not known. */
export function constantCone(root: NodeProto, graph: EditableGraph): ConstantCone | undefined {
  const nodes: NodeProto[] = [];
  const leaves = new Set<string>();
  const seen = new Set<NodeProto>();
  const pending: { readonly node: NodeProto; readonly ready: boolean }[] = [{ node: root, ready: false }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { node, ready } = next;
    if (ready) nodes.push(node);
    if (ready || seen.has(node)) continue;
    seen.add(node);
    if (!isEvaluated(node) || seen.size > mostNodes) return undefined;
    pending.push({ node, ready: true });
    for (const name of node.input.filter((one) => one !== '')) {
      const producer = graph.producer(name);
      if (graph.isConstant(name)) leaves.add(name);
      else if (producer === undefined) return undefined;
      else pending.push({ node: producer, ready: false });
    }
  }
  return { root, nodes, leaves: [...leaves] };
}

/**
 * Puts the value in the place of what makes it, unless that makes the file much larger, somebody else takes it, or it is decoded from
 * codes.
 *
 * @returns Whether it did.
 */
export function foldCone(cone: ConstantCone, graph: EditableGraph, opset: number, budget: Budget): boolean {
  const { root } = cone;
  const name = root.output[0] ?? '';
  if (graph.isHeld(name) || root.output.length !== 1) return false;
  const value = valueOf(cone, graph, opset, budget);
  if (value === undefined || value.values.length > mostWorth(cone, graph)) return false;
  if (!graph.holdsIntegers(opset) && value.type !== DataType.FLOAT) return false;
  if (isDecoded(cone, value, graph)) return false;
  replaceValue(graph, name, { value, node: root });
  for (const node of cone.nodes.toReversed()) {
    const isNeeded = (output: string) => graph.users(output).length > 0 || graph.isHeld(output);
    if (!node.output.some(isNeeded)) graph.replace(node, []);
  }
  return true;
}

function valueOf({ root, nodes, leaves }: ConstantCone, graph: EditableGraph, opset: number, budget: Budget) {
  const given = leaves.reduce((sum, name) => sum + sizeIn(graph, name), 0);
  const most = Math.max(onTheWay.least, onTheWay.times * given);
  const made = new Map<string, ConstantValue>();
  const constants = madeConstants(made, graph);
  for (const node of nodes) {
    const call = constantCall(node, opset, constants);
    const size = resultSize(call) ?? Infinity;
    budget.left -= size * summedFor(call);
    if (!(size <= most && budget.left >= 0)) return undefined;
    const outputs = evaluate(call);
    if (outputs === undefined) return undefined;
    outputs.forEach((value, at) => made.set(node.output[at] ?? '', value));
  }
  return made.get(root.output[0] ?? '');
}

/** Sizes, axes and bounds are short. */
const longestList = 1024;

function madeConstants(made: ReadonlyMap<string, ConstantValue>, graph: EditableGraph): ConstantsByName {
  const { type, value, list } = constantsOf(graph);
  return {
    type: (name) => made.get(name) ?? type(name),
    value: (name) => made.get(name) ?? value(name),
    list(name) {
      const known = made.get(name);
      if (known === undefined) return list(name);
      return isFloatType(known.type) || known.values.length > longestList ? undefined : [...known.values];
    },
  };
}

/** How many products a value is summed of, at most. */
const summedFor = ({ node, type }: ConstantCall): number =>
  node.opType === 'MatMul' || node.opType === 'Gemm' ? Math.max(1, ...(type(0)?.dims.slice(-2) ?? [])) : 1;

const sizeIn = (graph: EditableGraph, name: string): number => sizeOf(graph.constantType(name)?.dims ?? []);

/** How many values may take the place of the constants: few, or no more than go with what makes the value. */
function mostWorth({ root, nodes, leaves }: ConstantCone, graph: EditableGraph): number {
  const gone = new Set([root]);
  const onlyGone = (name: string) => !graph.isHeld(name) && graph.users(name).every((user) => gone.has(user));
  for (const node of nodes.toReversed()) if (node.output.every(onlyGone)) gone.add(node);
  const freed = leaves.filter(onlyGone).reduce((sum, name) => sum + sizeIn(graph, name), 0);
  return Math.max(smallConstant, freed);
}

/** Whether floats come from integers: as many of these as values, and no floats of which as many are. */
function isDecoded({ leaves }: ConstantCone, { type, values }: ConstantValue, graph: EditableGraph): boolean {
  if (!isFloatType(type)) return false;
  const large = leaves.filter((name) => sizeIn(graph, name) >= values.length);
  const isFloat = (name: string) => isFloatType(graph.constantType(name)?.type ?? 0);
  return large.length > 0 && !large.some(isFloat);
}
