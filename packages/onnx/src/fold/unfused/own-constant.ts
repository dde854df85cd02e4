import { attributeOf } from '../../graph/attributes.js';
import type { EditableGraph } from '../../graph/editable-graph.js';
import { DataType, type NodeProto } from '../../schema/proto.js';

/** A factor of a product; 1 where it is not given. */
export const factorOf = (node: NodeProto, name: 'alpha' | 'beta'): number => attributeOf(node, name)?.f ?? 1;

/** Whether an input is a constant of FLOAT or FLOAT16 that no other node takes and that is at hand. */
export function isOwnConstant(node: NodeProto, input: number, graph: EditableGraph): boolean {
  const name = node.input[input] ?? '';
  const type = graph.constantType(name)?.type;
  const fits = type === DataType.FLOAT || type === DataType.FLOAT16;
  return fits && graph.soleUser(name) === node && !graph.isExternal(name);
}

/** Multiplies a constant that is the node's own. */
export function scaleConstant(node: NodeProto, input: number, factor: number, graph: EditableGraph): void {
  const name = node.input[input] as string;
  const value = graph.constant(name);
  if (value === undefined) return;
  const values = Float32Array.from(value.values, (one) => one * factor);
  if (value.type === DataType.FLOAT) graph.setConstant(name, value.dims, values);
  else graph.setInput(node, input, graph.addConstant(`${name}_scaled`, { ...value, values }));
}
