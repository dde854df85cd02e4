import { patchesProblem } from '@lowbit/tfjs-format';
import * as tf from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';
import { convolutionOf } from '../model/internals.js';

/** How a convolution moves over its input, channels last. */
export interface Window {
  /** Height and width of the kernel. */
  readonly size: readonly [number, number];
  readonly strides: [number, number];
  readonly padding: 'same' | 'valid';
  readonly dilation: [number, number];
}

/**
 * What a convolution sees at each place (the columns of im2col, zero padding included): `[batch, height, width, kernel
 * height · kernel width · channels]`. Gradients reach the input.
 */
export function patchesOf(x: tf.Tensor4D, window: Window): tf.Tensor4D {
  return window.strides.every((stride) => stride === 1) ? shifted(x, window) : gathered(x, window);
}

/**
 * One copy of the padded input for each tap of the kernel, side by side; the gradient adds them up again where they came from.
 * Nothing is multiplied.
 */
function shifted(x: tf.Tensor4D, { size, strides, padding, dilation }: Window): tf.Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const kernel: [number, number, number, number] = [...size, channels, 1];
  const info = tf.backend_util.computeConv2DInfo(x.shape, kernel, strides, dilation, padding);
  const { outHeight, outWidth } = info;
  const { top, bottom, left, right } = info.padInfo;
  const tap: [number, number, number, number] = [batch, outHeight, outWidth, channels];
  const corners = Array.from({ length: size[0] * size[1] }, (_, i) => ({
    row: Math.floor(i / size[1]) * dilation[0],
    column: (i % size[1]) * dilation[1],
  }));
  const value = (input: tf.Tensor) => {
    const padded = around(input, [top, bottom], [left, right]);
    return tf.concat(
      corners.map(({ row, column }) => tf.slice(padded, [0, row, column, 0], tap)),
      3,
    );
  };
  const [rows, columns] = [height + top + bottom - outHeight, width + left + right - outWidth];
  const gradFunc = (dy: tf.Tensor) => {
    const parts = corners.map(({ row, column }, i) =>
      around(tf.slice(dy, [0, 0, 0, i * channels], tap), [row, rows - row], [column, columns - column]),
    );
    const sum = parts.reduce((total, part) => tf.add(total, part));
    return tf.slice(sum, [0, top, left, 0], x.shape);
  };
  return tf.customGrad((input) => ({ value: value(input as tf.Tensor), gradFunc }))(x) as tf.Tensor4D;
}

/** With zeros around, in rows and columns. */
function around(x: tf.Tensor, rows: [number, number], columns: [number, number]): tf.Tensor {
  return tf.pad(x, [[0, 0], rows, columns, [0, 0]]);
}

/** Slices with strides have no gradient in TensorFlow.js, so the taps are picked by a convolution with a one-hot kernel. */
function gathered(x: tf.Tensor4D, { size, strides, padding, dilation }: Window): tf.Tensor4D {
  const channels = x.shape[3];
  const length = size[0] * size[1] * channels;
  const oneHot = tf.reshape(tf.eye(length), [...size, channels, length]) as tf.Tensor4D;
  return tf.conv2d(x, oneHot, strides, padding, 'NHWC', dilation);
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
  const { strides, dilationRate, padding, kernel, bias, activation } = convolutionOf(layer);
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

/** Why the input of a layer cannot be quantized patch by patch; `undefined` where it can. */
export function patchesProblemOf(layer: layers.Layer): string | undefined {
  return patchesProblem(
    layer.getClassName(),
    (layer as { dataFormat?: string }).dataFormat === 'channelsFirst',
  );
}
