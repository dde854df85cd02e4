import type { LinearShape } from '../operators/operator.js';
import { operatorOf } from '../operators/operators.js';
import { DataType, type NodeProto } from '../schema/proto.js';
import type { EditableGraph } from '../graph/editable-graph.js';
import { defined } from '@lowbit/core/adapter';

/** A node with constant weights that computes every output channel as a weighted sum plus a bias. */
export interface LinearUnit extends LinearShape {
  readonly node: NodeProto;
  /** Dimensions of the weights, which are input 1. */
  readonly dims: readonly number[];
}

/** The node as a linear unit; `undefined` for other nodes and for weights that are computed at run time. */
export function linearUnit(node: NodeProto, graph: EditableGraph): LinearUnit | undefined {
  const read = operatorOf(node)?.linear;
  const weights = graph.constantType(node.input[1] ?? '');
  if (read === undefined || weights === undefined || node.output.length !== 1) return undefined;
  const shape = read(weights.dims, node);
  if (shape === undefined) return undefined;
  const fixed = fixedReason(node, weights.type, graph) ?? shape.fixed;
  return { node, dims: weights.dims, ...shape, ...defined({ fixed }) };
}

/** The name of a unit's weights. */
export const weightsName = ({ node }: LinearUnit): string => node.input[1] as string;

function fixedReason(node: NodeProto, type: DataType, graph: EditableGraph): string | undefined {
  if (type !== DataType.FLOAT) return 'the weights are not of type FLOAT';
  if (graph.soleUser(node.input[1] as string) !== node) return 'other nodes use the weights too';
  if (graph.isExternal(node.input[1] as string)) return 'the weights are in another file';
  const bias = node.input[2] ?? '';
  if (bias === '' || isBias(node, bias, graph)) return undefined;
  return 'the bias is computed at run time, or other nodes use it too';
}

function isBias(node: NodeProto, name: string, graph: EditableGraph): boolean {
  return graph.soleUser(name) === node && graph.constant(name)?.type === DataType.FLOAT;
}
