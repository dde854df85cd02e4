import type { NodeProto } from '../schema/proto.js';

const longest = 80;

/** A name of the file in quotes, cut where it is very long. */
export const quoted = (name: string): string =>
  name.length <= longest ? `"${name}"` : `"${name.slice(0, longest)}…"`;

/** How messages call a node: its name, else its operator and first output. */
export function nodeLabel(node: NodeProto): string {
  if (node.name !== '') return quoted(node.name);
  const output = node.output.find((name) => name !== '');
  return output === undefined ? node.opType : `${node.opType} → ${quoted(output)}`;
}
