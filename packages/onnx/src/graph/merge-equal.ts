import type { GraphProto, TensorProto } from '../schema/proto.js';
import { renameUses } from './rename.js';

/** Smaller constants are not worth a look. */
const leastBytes = 4096;

/**
 * Stores constants of a graph once that are equal byte by byte, as codes and scales of a table are that a file holds twice. Those of `before`
 * stay as they are.
 *
 * @param before Names of constants that the file had.
 */
export function mergeEqual(graph: GraphProto, before: ReadonlySet<string>): void {
  const given = new Set(graph.input.map(({ name }) => name));
  const kept = new Map<string, TensorProto[]>();
  const gone = new Map<TensorProto, string>();
  for (const tensor of graph.initializer) {
    const { name, dataType, dims, rawData } = tensor;
    if (rawData.length < leastBytes || before.has(name) || given.has(name)) continue;
    const key = `${dataType}[${dims.join()}]`;
    const alike = kept.get(key) ?? [];
    const same = alike.find((one) => areEqual(one.rawData, rawData));
    if (same === undefined) kept.set(key, [...alike, tensor]);
    else gone.set(tensor, same.name);
  }
  if (gone.size === 0) return;
  for (const [{ name }, by] of gone) renameUses(graph.node, name, by);
  graph.initializer = graph.initializer.filter((tensor) => !gone.has(tensor));
}

function areEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}
