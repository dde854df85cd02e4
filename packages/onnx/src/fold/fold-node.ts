import { roundToFloat16 } from '@lowbit/core/adapter';
import { integerAttribute } from '../graph/attributes.js';
import type { ConstantValue } from '../graph/constant-value.js';
import type { EditableGraph } from '../graph/editable-graph.js';
import { DataType, type NodeProto } from '../schema/proto.js';
import { evaluate } from './evaluate.js';
import { mostWorth, replaceValue } from './fold-constants.js';
import { resultSize } from './result-size.js';

/**
 * Puts the result in the place of a node that computes with constants of FLOAT or FLOAT16, unless that makes the file much larger, or
 * somebody else takes it. Results are rounded to their type after each operation, as runtimes do.
 */
export function foldNode(node: NodeProto, graph: EditableGraph, opset: number): boolean {
  const size = resultSize(node, graph, opset);
  if (size === undefined || size > mostWorth(node, graph)) return false;
  if (node.output.some((name) => graph.isHeld(name))) return false;
  const outputs = resultsOf(node, graph, opset);
  if (outputs === undefined) return false;
  node.output.forEach((name, at) => replaceValue(graph, name, { value: outputs[at] as ConstantValue, node }));
  graph.replace(node, []);
  return true;
}

function resultsOf(
  node: NodeProto,
  graph: EditableGraph,
  opset: number,
): readonly ConstantValue[] | undefined {
  const inputs = node.input.map((name) => asFloats(name, graph));
  const type = graph.constantType(node.input[0] ?? '')?.type;
  const [first] = inputs;
  if (type === undefined || first === undefined) return undefined;
  if (node.opType === 'Cast') return [inType(first, integerAttribute(node, 'to', 0))];
  const integers = (index: number) => graph.list(node.input[index] ?? '');
  const listShape = (index: number) => graph.constantType(node.input[index] ?? '')?.dims;
  const outputs = evaluate({ node, opset, inputs, integers, listShape });
  return outputs?.map((value) => inType(value, type));
}

/** A constant as it is computed with: halves are widened. */
function asFloats(name: string, graph: EditableGraph): ConstantValue | undefined {
  const constant = graph.constantType(name);
  if (constant?.type !== DataType.FLOAT16 || graph.isExternal(name)) return graph.constant(name);
  return { type: DataType.FLOAT, dims: constant.dims, values: graph.floats(name) };
}

function inType(value: ConstantValue, type: DataType): ConstantValue {
  const { values } = value;
  return type === DataType.FLOAT16
    ? { ...value, type, values: Float32Array.from(values, roundToFloat16) }
    : value;
}
