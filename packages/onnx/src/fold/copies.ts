import { integerAttribute, integersAttribute } from '../graph/attributes.js';
import type { EditableGraph } from '../graph/editable-graph.js';
import { isStandard } from '../graph/scope.js';
import type { NodeProto } from '../schema/proto.js';

/**
 * Has what takes a copy of a constant take the constant itself, as exporters write one that layers share: behind `Identity`, or operators
 * that happen to change nothing of it. Also where what is copied is a constant that is cast.
 *
 * @returns Whether the node was such a one, which is gone then.
 */
export function dropCopy(node: NodeProto, graph: EditableGraph): boolean {
  const [source = '', ...lists] = node.input;
  const [copy = ''] = node.output;
  if (node.output.length !== 1 || graph.isHeld(copy)) return false;
  const isCopy =
    (isStandard(node, 'Identity') && (graph.isConstant(source) || isCast(source, graph))) ||
    changesNothing(node, source, lists[0] ?? '', graph);
  if (!isCopy) return false;
  useInstead(graph, copy, source);
  graph.replace(node, []);
  return true;
}

/** Whether a value is a constant in another type. */
function isCast(name: string, graph: EditableGraph): boolean {
  const producer = graph.producer(name);
  return producer !== undefined && isStandard(producer, 'Cast') && graph.isConstant(producer.input[0] ?? '');
}

/** Whether a constant has the type, the shape or the order already that a node gives it. */
function changesNothing(node: NodeProto, constant: string, list: string, graph: EditableGraph): boolean {
  const stored = graph.constantType(constant);
  if (stored === undefined) return false;
  const { type, dims } = stored;
  if (isStandard(node, 'Cast')) return integerAttribute(node, 'to', 0) === type;
  if (isStandard(node, 'Transpose')) {
    const order = integersAttribute(node, 'perm') ?? dims.map((_, axis) => dims.length - 1 - axis);
    return order.length === dims.length && order.every((from, axis) => from === axis);
  }
  const shape = isStandard(node, 'Reshape') ? graph.list(list) : undefined;
  return shape?.length === dims.length && !dims.includes(0) && isShape(shape, dims);
}

/** @param shape As `Reshape` takes it, with 0 and at most one −1 for sizes that follow. */
const isShape = (shape: readonly number[], dims: readonly number[]): boolean =>
  shape.every((size, axis) => size === dims[axis] || size === 0 || size === -1);

/** Has all users of a value take a constant. */
export function useInstead(graph: EditableGraph, name: string, constant: string): void {
  for (const user of new Set(graph.users(name))) {
    user.input.forEach((input, index) => input === name && graph.setInput(user, index, constant));
  }
}
