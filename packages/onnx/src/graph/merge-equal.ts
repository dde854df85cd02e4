import type { GraphProto, TensorProto } from '../schema/proto.js';
import { makeNode } from './make-node.js';
import { renameUses } from './rename.js';

/** Smaller constants are not worth a look. */
const leastBytes = 4096;

/**
 * Stores constants of a graph once that are equal byte by byte, as codes and scales of a table are that a file holds twice; codes also where
 * one is the other's transpose, as exporters write the table of a language model for its output product. Those of `before` stay as they are.
 *
 * @param before Names of constants that the file had.
 */
export function mergeEqual(graph: GraphProto, before: ReadonlySet<string>): void {
  const given = new Set(graph.input.map(({ name }) => name));
  const kept = new Map<string, TensorProto[]>();
  const gone = new Map<TensorProto, string>();
  const turned = new Map<TensorProto, string>();
  for (const tensor of graph.initializer) {
    const { name, dataType, dims, rawData } = tensor;
    if (rawData.length < leastBytes || before.has(name) || given.has(name)) continue;
    const alikeIn = (shape: readonly unknown[]) => kept.get(`${dataType}[${shape.join()}]`) ?? [];
    const alike = alikeIn(dims);
    const same = alike.find((one) => areEqual(one.rawData, rawData));
    const other = same ?? alikeIn(dims.toReversed()).find((one) => isTranspose(one, tensor));
    if (other === undefined) kept.set(`${dataType}[${dims.join()}]`, [...alike, tensor]);
    else (same === undefined ? turned : gone).set(tensor, other.name);
  }
  if (gone.size + turned.size === 0) return;
  for (const [{ name }, by] of gone) renameUses(graph.node, name, by);
  // The runtime turns them when the session is created.
  const turns = Array.from(turned, ([{ name }, by]) =>
    makeNode({
      op: 'Transpose',
      name: `${name}_turn`,
      inputs: [by],
      outputs: [name],
      attributes: { perm: [1, 0] },
    }),
  );
  graph.node.unshift(...turns);
  graph.initializer = graph.initializer.filter((tensor) => !gone.has(tensor) && !turned.has(tensor));
}

function areEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

/** Of matrices of one byte a value. */
function isTranspose({ dims, rawData }: TensorProto, other: TensorProto): boolean {
  const [rows = 0, columns = 0] = dims.map(Number);
  if (dims.length !== 2 || rawData.length !== rows * columns || other.rawData.length !== rawData.length)
    return false;
  for (let row = 0, i = 0; row < rows; row++)
    for (let column = 0; column < columns; column++, i++)
      if (rawData[i] !== other.rawData[column * rows + row]) return false;
  return true;
}
