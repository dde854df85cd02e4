import type { EditableGraph } from '../graph/editable-graph.js';
import type { AttributeValue } from '../graph/make-node.js';
import { makeAttribute } from '../graph/make-node.js';
import type { DataType, NodeProto } from '../schema/proto.js';

/** A graph whose nodes are written as a later version of the standard operators has them. */
export interface ConvertedGraph {
  readonly edit: EditableGraph;
  /** How many axes a value has; `undefined` where the file does not tell. */
  rank(name: string): number | undefined;
  /** The type of floats that a value holds, of those that constants can be written in; `undefined` where it is not known. */
  floatType(name: string): DataType | undefined;
}

/** What one version of the standard operators changed in one of them. */
export interface Converter {
  readonly op: string;
  /** The version that it came with. */
  readonly since: number;
  /** The operator that the node is from then on, where it is another one. */
  readonly becomes?: string;
  /** Why nothing of that version means what the node does; absent: something always does. */
  unfit?(node: NodeProto, graph: ConvertedGraph): string | undefined;
  /** Writes the node, in place or as others that give the same values, as of that version. */
  convert(node: NodeProto, graph: ConvertedGraph): void;
}

/** The same change of several operators. */
export const changeOf = (ops: readonly string[], change: Omit<Converter, 'op'>): readonly Converter[] =>
  ops.map((op) => ({ op, ...change }));

/** An operator that got another name. */
export const renamed = (op: string, since: number, becomes: string): Converter => ({
  op,
  since,
  becomes,
  convert: (node) => void (node.opType = becomes),
});

export function dropAttributes(node: NodeProto, ...names: readonly string[]): void {
  node.attribute = node.attribute.filter(({ name }) => !names.includes(name));
}

/** Gives an attribute a value, whether it had one or not. */
export function setAttribute(node: NodeProto, name: string, value: AttributeValue): void {
  dropAttributes(node, name);
  node.attribute.push(makeAttribute(name, value));
}

/** Gives an attribute that is left out the value that it had by default. */
export function setDefault(node: NodeProto, name: string, value: AttributeValue): void {
  if (node.attribute.every((one) => one.name !== name)) setAttribute(node, name, value);
}

/** Whether anything takes an output of a node. */
export const isTaken = (name: string | undefined, { edit }: ConvertedGraph): boolean =>
  name !== undefined && name !== '' && (edit.users(name).length > 0 || edit.isHeld(name));
