import * as tf from '@tensorflow/tfjs-core';
import type { layers, LayerVariable } from '@tensorflow/tfjs-layers';
import { patchesOf } from './patches-of.js';

/** What is read of a Conv2D layer, channels last. */
interface Convolution {
  readonly strides: [number, number];
  readonly dilationRate: [number, number];
  readonly padding: 'same' | 'valid';
  readonly kernel: LayerVariable;
  readonly bias?: LayerVariable | null;
  readonly activation?: { apply(x: tf.Tensor): tf.Tensor } | null;
}

/**
 * A Conv2D layer as the product of its patches (the columns of im2col, zero padding included) and its kernel as a matrix, with
 * the patches changed in between.
 *
 * @param change Takes and gives `[batch, height, width, kernel height · kernel width · channels]`.
 */
export function productOfPatches(
  layer: layers.Layer,
  x: tf.Tensor,
  change: (patches: tf.Tensor) => tf.Tensor,
): tf.Tensor {
  const { strides, dilationRate, padding, kernel, bias, activation } = layer as unknown as Convolution;
  const weights = kernel.read();
  const [height, width, channels, filters] = weights.shape as [number, number, number, number];
  const length = height * width * channels;
  const window = { size: [height, width], strides, padding, dilation: dilationRate } as const;
  const patches = patchesOf(x as tf.Tensor4D, window);
  // A convolution with a kernel of 1 × 1 is the product of matrices; its gradients are faster on wasm.
  const matrix = tf.reshape(weights, [1, 1, length, filters]) as tf.Tensor4D;
  const product = tf.conv2d(change(patches) as tf.Tensor4D, matrix, 1, 'valid');
  const shifted = bias ? tf.add(product, bias.read()) : product;
  return activation ? activation.apply(shifted) : shifted;
}
