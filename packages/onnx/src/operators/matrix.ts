import type { ChannelRuns, Geometry } from './operator.js';

/** The weights of a matrix [rows, columns] with a channel a column. */
export const alongColumns = (columns: number): ChannelRuns => ({
  length: columns,
  step: 1,
  channelOf: () => 0,
});

/**
 * The product with a matrix [products, outputs]; `undefined` for more axes.
 *
 * @param flipped Whether it is [outputs, products].
 */
export function matrixGeometry(
  op: 'MatMul' | 'Gemm',
  shape: readonly number[],
  flipped: boolean,
): Geometry | undefined {
  const [rows = 0, columns = 0] = shape;
  if (shape.length !== 2) return undefined;
  const [products, outputs] = flipped ? [columns, rows] : [rows, columns];
  return { op, products, outputs, inputs: products, gathers: false, depthwise: false };
}
