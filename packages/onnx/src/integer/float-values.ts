import { DataType, type NodeProto } from '../schema/proto.js';
import type { IntegerEdit } from './integer-edit.js';
import type { IntegerLayer } from './integer-layer.js';

/** A float32 value, and the nodes that make it of another, or another of it. */
interface FloatValue {
  readonly name: string;
  readonly nodes: readonly NodeProto[];
}

/** What a layer takes, as operators that quantize take it: those of the runtime know float32 alone. */
export function floatInput({ input, type }: IntegerLayer, edit: IntegerEdit): FloatValue {
  return type === DataType.FLOAT ? { name: input, nodes: [] } : widened(input, edit);
}

/** What a layer gives, as float32: the value of its type is made of it. */
export const floatResult = ({ node, type }: IntegerLayer, edit: IntegerEdit): FloatValue =>
  narrowed(node.output[0] as string, type, edit);

/** The float32 value that a value of a type is made of. */
export function narrowed(output: string, type: DataType, edit: IntegerEdit): FloatValue {
  if (type === DataType.FLOAT) return { name: output, nodes: [] };
  const name = edit.graph.newName(`${output}_float`);
  return { name, nodes: [edit.node('Cast', [name], output, { to: type })] };
}

/** A value of another float type as float32. */
export function widened(value: string, edit: IntegerEdit): FloatValue {
  const name = edit.graph.newName(`${value}_float`);
  return { name, nodes: [edit.node('Cast', [value], name, { to: DataType.FLOAT })] };
}
