import { sizeOf } from '@lowbit/core/adapter';
import { integerAttribute } from '../graph/attributes.js';
import type { ConstantValue } from '../graph/constant-value.js';
import type { EditableGraph } from '../graph/editable-graph.js';
import { bytesOfType, isFloatType } from '../model/data-types.js';
import { operatorOf } from '../operators/operators.js';
import { DataType, type NodeProto } from '../schema/proto.js';
import { dropCopy, useInstead } from './copies.js';
import { constantCall, type ConstantsByName } from './evaluate/constant-call.js';
import { evaluate, isEvaluated, resultSize } from './evaluate/evaluate.js';
import type { FoldRule, FoldStep } from './fold-step.js';

/** Up to this many values a constant may be stored twice. */
export const smallConstant = 4096;

/** Computes operators whose inputs are all constant, when that does not make the file much larger. */
export const foldConstants: FoldRule = {
  name: 'constants',
  apply(node, graph, opset): FoldStep {
    if (dropCopy(node, graph)) return 'folded';
    const given = node.input.filter((name) => name !== '');
    if (!isEvaluated(node) || given.length === 0 || widens(node, graph)) return undefined;
    if (!given.every((name) => graph.isConstant(name)) || decodesWeight(node, graph)) return undefined;
    if (node.output.some((name) => graph.isHeld(name))) {
      return { reason: 'its result is an output of the graph or used in a subgraph' };
    }
    const call = constantCall(node, opset, constantsOf(graph));
    const size = resultSize(call);
    if (size !== undefined && !(size <= mostWorth(node, graph))) {
      return { reason: 'the result would be stored beside the constants that it is computed from' };
    }
    const outputs = size === undefined ? undefined : evaluate(call);
    if (outputs === undefined) return { reason: 'its types or shapes are not computed with' };
    if (!graph.holdsIntegers(opset) && outputs.some(({ type }) => type !== DataType.FLOAT)) {
      return { reason: 'its result is a constant of integers, which files of these versions do not hold' };
    }
    node.output.forEach((name, index) =>
      replaceValue(graph, name, { value: outputs[index] as ConstantValue, node }),
    );
    graph.replace(node, []);
    return 'folded';
  },
};

/** The constants of a graph, to compute with. */
export const constantsOf = (graph: EditableGraph): ConstantsByName => ({
  type: graph.constantType,
  value: graph.constant,
  list: graph.list,
});

/** Whether a node makes floats of integers that a weight is made of, which is quantized already. */
function decodesWeight(node: NodeProto, graph: EditableGraph): boolean {
  const from = graph.constantType(node.input[0] ?? '')?.type;
  if (node.opType !== 'Cast' || from === undefined || isFloatType(from) || from === DataType.BOOL)
    return false;
  return isFloatType(integerAttribute(node, 'to', 0)) && feedsWeight(node.output[0] ?? '', graph);
}

/** Operators that lie between codes and the layer that takes what they stand for: a scale, a zero point, moves. */
const mostSteps = 8;

/** Whether a value is a weight, or some constant that is made of it by arithmetic with others. */
function feedsWeight(name: string, graph: EditableGraph, steps = mostSteps): boolean {
  return graph.users(name).some((user) => {
    if (
      operatorOf(user)
        ?.roles(user)
        .some(({ input }) => user.input[input] === name)
    )
      return true;
    const isConstant = (one: string) => one === '' || one === name || graph.isConstant(one);
    if (steps === 0 || !isEvaluated(user) || !user.input.every(isConstant)) return false;
    return user.output.some((output) => feedsWeight(output, graph, steps - 1));
  });
}

/** Whether a node stores the same floats in a type that takes more bytes, other than for a bias. */
function widens(node: NodeProto, graph: EditableGraph): boolean {
  const from = graph.constantType(node.input[0] ?? '')?.type;
  if (node.opType !== 'Cast' || from === undefined || !isFloatType(from)) return false;
  const isWider = bytesOfType(integerAttribute(node, 'to', 0), 1) > bytesOfType(from, 1);
  return (
    isWider && !graph.users(node.output[0] ?? '').every((user) => takesAsBias(user, node.output[0] ?? ''))
  );
}

function takesAsBias(user: NodeProto, name: string): boolean {
  const operator = operatorOf(user);
  const inputs = user.input.flatMap((one, at) => (one === name ? at : []));
  const weights = operator?.roles(user).map(({ input }) => input) ?? [];
  return operator?.integer?.takesBias === true && inputs.every((at) => at > 0 && !weights.includes(at));
}

/** How many values may take the place of the constants: few, or no more than go; a weight that is moved is not stored beside itself. */
function mostWorth(node: NodeProto, graph: EditableGraph): number {
  const freed = node.input.filter((name) => graph.soleUser(name) === node);
  const sizes = freed.map((name) => sizeOf(graph.constantType(name)?.dims ?? []));
  return Math.max(
    isTurnedWeight(node, graph) ? 0 : smallConstant,
    sizes.reduce((sum, size) => sum + size, 0),
  );
}

/** Whether a node gives a weight another order or shape that is taken as it is stored too. */
function isTurnedWeight(node: NodeProto, graph: EditableGraph): boolean {
  const [source = '', turned = ''] = [node.input[0], node.output[0]];
  const turns = ['Transpose', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze'].includes(node.opType);
  return turns && feedsWeight(source, graph, 0) && feedsWeight(turned, graph);
}

/** Puts a constant in the place of a value wherever it is used. */
export function replaceValue(
  graph: EditableGraph,
  name: string,
  { value, node }: { readonly value: ConstantValue; readonly node: NodeProto },
): void {
  if (name === '') return;
  useInstead(graph, name, graph.addConstant(`${name}_folded`, value, node));
}
