import { sizeOf } from '@lowbit/core/adapter';
import { chainOperator } from '../operators/moves/chain-operators.js';
import type { NodeProto } from '../schema/proto.js';
import type { ConstantValue } from '../graph/constant-value.js';
import type { EditableGraph } from '../graph/editable-graph.js';
import { broadcastShape, pairs } from './elementwise.js';

type Type = Pick<ConstantValue, 'type' | 'dims'>;

/**
 * How many values an operator on constants would give, all outputs together, found without computing them: a small
 * file can ask for more than memory holds. `undefined` where its shapes do not fit.
 */
export function resultSize(node: NodeProto, graph: EditableGraph, opset: number): number | undefined {
  const types = node.input.map((name) => graph.constantType(name));
  const [first, second] = types;
  if (first === undefined) return undefined;
  if (pairs.has(node.opType)) {
    const shape = second && broadcastShape(first.dims, second.dims);
    return shape && sizeOf(shape);
  }
  return chainOperator(node) === undefined ? sizeOf(first.dims) : movedSize(node, types, graph, opset);
}

/** The size after an operator that moves values. */
function movedSize(
  node: NodeProto,
  types: readonly (Type | undefined)[],
  graph: EditableGraph,
  opset: number,
): number | undefined {
  const shapes = node.opType === 'Concat' ? types : types.slice(0, 1);
  const known = shapes.flatMap((type) => (type === undefined ? [] : [type.dims]));
  const isData = (index: number) => index < shapes.length;
  const lists = node.input.map((name, index) => (isData(index) ? undefined : graph.list(name)));
  const unknown = node.input.some((name, at) => name !== '' && !isData(at) && lists[at] === undefined);
  if (unknown) return undefined;
  const integers = (index: number) => lists[index];
  const listShape = (index: number) => types[index]?.dims;
  const sizes = node.output.map((_, output) => {
    const result = chainOperator(node)?.({ node, opset, shapes: known, output, integers, listShape });
    return result && sizeOf(result.shape);
  });
  return sizes.reduce((sum, size) => (sum === undefined || size === undefined ? undefined : sum + size), 0);
}
