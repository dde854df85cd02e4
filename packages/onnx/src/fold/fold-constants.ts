import { sizeOf } from '@lowbit/core/adapter';
import { DataType, type NodeProto } from '../schema/proto.js';
import type { ConstantValue } from '../graph/constant-value.js';
import type { EditableGraph } from '../graph/editable-graph.js';
import { evaluate, evaluated } from './evaluate.js';
import type { FoldRule, FoldStep } from './fold-step.js';
import { resultSize } from './result-size.js';

/** Up to this many values a constant may be stored twice. */
const smallConstant = 4096;

/** Computes operators whose inputs are all constant, when that does not make the file much larger. */
export const foldConstants: FoldRule = {
  name: 'constants',
  apply(node, graph, opset): FoldStep {
    const given = node.input.filter((name) => name !== '');
    if (!evaluated.has(node.opType) || given.length === 0) return undefined;
    if (!given.every((name) => graph.isConstant(name))) return undefined;
    if (node.output.some((name) => graph.isHeld(name))) {
      return { reason: 'its result is an output of the graph or used in a subgraph' };
    }
    const size = resultSize(node, graph, opset);
    if (size !== undefined && size > mostWorth(node, graph)) {
      return { reason: 'the result would be stored beside the constants that it is computed from' };
    }
    const inputs = node.input.map((name) => graph.constant(name));
    const integers = (index: number) => graph.list(node.input[index] ?? '');
    const listShape = (index: number) => graph.constantType(node.input[index] ?? '')?.dims;
    const outputs = size === undefined ? undefined : evaluate({ node, opset, inputs, integers, listShape });
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

/** How many values may take the place of the constants: few, or no more than go. */
export function mostWorth(node: NodeProto, graph: EditableGraph): number {
  const freed = node.input.filter((name) => graph.soleUser(name) === node);
  const sizes = freed.map((name) => sizeOf(graph.constantType(name)?.dims ?? []));
  return Math.max(
    smallConstant,
    sizes.reduce((sum, size) => sum + size, 0),
  );
}

/** Puts a constant in the place of a value wherever it is used. */
export function replaceValue(
  graph: EditableGraph,
  name: string,
  { value, node }: { readonly value: ConstantValue; readonly node: NodeProto },
): void {
  if (name === '') return;
  const constant = graph.addConstant(`${name}_folded`, value, node);
  for (const user of new Set(graph.users(name))) {
    user.input.forEach((input, index) => input === name && graph.setInput(user, index, constant));
  }
}
