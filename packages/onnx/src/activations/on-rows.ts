import type { GraphBuilder } from '../interpreter/graph-builder.js';
import { DataType } from '../schema/proto.js';

/** Adds a computation over a matrix and gives the name of its result, of the same shape. */
export type OverMatrix = (matrix: string) => string;

/**
 * Lays a value out as a matrix, computes over it, and gives the result the value's own shape again. No value moves.
 *
 * @param shape Of the matrix, as `Reshape` takes it: 0 keeps the value's own size at that place, −1 takes the rest.
 */
export function onRows(
  { node, constant }: GraphBuilder,
  value: string,
  shape: readonly [number, number],
  compute: OverMatrix,
): string {
  const matrix = node('Reshape', [value, constant(DataType.INT64, [2], shape)]);
  return node('Reshape', [compute(matrix), node('Shape', [value])]);
}
