import { sizeOf } from '@lowbit/core/adapter';
import type { GraphBuilder } from '../interpreter/graph-builder.js';
import { DataType } from '../schema/proto.js';
import type { ConvGeometry } from './conv-geometry.js';
import { onRows, type OverMatrix } from './on-rows.js';

/**
 * Computes over the patches of a convolution, one row each. Zeros of the padding take part, and with groups each has
 * patches of its own.
 *
 * @param value [N, C, positions…]
 * @returns Name of the patches side by side, [N, C · window, output positions…]: a convolution of window 1 over them is
 *   the convolution over the value.
 */
export function onPatches(
  builder: GraphBuilder,
  value: string,
  geometry: ConvGeometry,
  compute: OverMatrix,
): string {
  const axes = geometry.kernel.map((_, axis) => axis);
  const toLast = [0, ...axes.map((axis) => axis + 2), 1];
  const toSecond = [0, axes.length + 1, ...axes.map((axis) => axis + 1)];
  const gathered = geometry.isPointwise ? value : gather(builder, value, geometry);
  const channelsLast = builder.node('Transpose', [gathered], { perm: toLast });
  const computed = onRows(builder, channelsLast, [-1, geometry.patch], compute);
  return builder.node('Transpose', [computed], { perm: toSecond });
}

/**
 * im2col by a convolution with one-hot windows. Channels are folded into the batch, so that the windows are those of one
 * channel: [N, C, …] → [N · C, 1, …] → [N · C, window, …] → [N, C · window, …].
 */
function gather({ node, constant }: GraphBuilder, value: string, geometry: ConvGeometry): string {
  const { kernel, channels, window } = geometry;
  const positions = kernel.map(() => 0);
  const shape = (dims: readonly number[]) => constant(DataType.INT64, [dims.length], dims);
  const area = sizeOf(kernel);
  const oneHot = Float32Array.from({ length: area * area }, (_, i) => (i % (area + 1) === 0 ? 1 : 0));
  const planes = node('Reshape', [value, shape([-1, 1, ...positions])]);
  const windows = constant(DataType.FLOAT, [area, 1, ...kernel], oneHot);
  const columns = node('Conv', [planes, windows], { kernel_shape: kernel, ...window });
  return node('Reshape', [columns, shape([-1, channels * area, ...positions])]);
}
