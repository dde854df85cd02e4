import * as tf from '@tensorflow/tfjs-core';
import type { ChannelOrder } from './channel-order.js';
import type { Product } from './kernel-products.js';
import type { AskedKernel, Computed } from './watch-kernels.js';

/** A product whose channels have something taken off. */
export interface ShiftedProduct {
  readonly product: Product;
  readonly order: ChannelOrder;
  /** The operand that is the weight. */
  readonly operand: string;
  /** One number a channel of the weight. */
  readonly shift: Float32Array;
}

const fused: readonly string[] = [tf._FusedMatMul, tf.FusedConv2D, tf.FusedDepthwiseConv2D];

/** Computes a product and takes off what its channels are shifted by: as a bias, before any activation. */
export function withShift(
  { name, inputs, settings }: AskedKernel,
  { product, order, operand, shift }: ShiftedProduct,
  compute: (inputs?: tf.NamedTensorMap) => Computed,
): Computed {
  const off = Float32Array.from(order.channels, (channel) => shift[channel] as number);
  if (fused.includes(name) && operand !== 'a')
    return tf.tidy(() => {
      const { bias } = inputs;
      const less = tf.neg(tf.tensor1d(off));
      return compute({ ...inputs, bias: bias === undefined ? less : tf.add(bias, less) });
    });
  return tf.tidy(() => {
    const [output] = [compute()].flat() as [tf.Tensor];
    return tf.sub(output, tf.tensor(off, shapeOf(output, product, name, operand, settings)));
  });
}

/** In which shifts stand as channels do in what a product gives. */
function shapeOf(
  { shape }: tf.Tensor,
  { groups, columns }: Product,
  name: string,
  operand: string,
  { dataFormat }: AskedKernel['settings'],
): number[] {
  if (name === tf.BatchMatMul || name === tf._FusedMatMul) {
    const matrix = operand === 'a' ? [columns, 1] : [1, columns];
    return groups === 1 ? matrix : [...shape.slice(0, -2), ...matrix];
  }
  const places = shape.slice(2).map(() => 1);
  const channels = groups * columns;
  return dataFormat === 'NCHW' ? [1, channels, ...places] : [channels];
}
