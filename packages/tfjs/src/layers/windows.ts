import * as tf from '@tensorflow/tfjs-core';

import type { Shape } from './own-layer.js';

/** How a window moves over the axes between batch and channels. */
export interface Sliding {
  readonly strides: readonly number[];
  readonly dilation: readonly number[];
  readonly padding: 'valid' | 'same' | 'causal';
}

/** Zeros before and behind an axis. */
type Pair = [number, number];

/** From one number for all axes, or one for each, to one for each. */
export function perAxis(value: number | readonly number[], rank: number): readonly number[] {
  return typeof value === 'number' ? Array<number>(rank).fill(value) : value;
}

/** Positions that a window covers along an axis. */
export function reachOf(size: number, dilation: number): number {
  return (size - 1) * dilation + 1;
}

/** The lengths of axes after a window went over them; `null` where they are not known. */
export function slidLengths(lengths: Shape, sizes: readonly number[], sliding: Sliding): Shape {
  const { strides, dilation, padding } = sliding;
  return lengths.map((length, axis) => {
    if (length === null) return null;
    // With zeros around, a window begins at each place.
    const places = padding === 'valid' ? length - reachOf(sizes[axis]!, dilation[axis]!) + 1 : length;
    return Math.max(0, Math.ceil(places / strides[axis]!));
  });
}

/** The zeros that a window of this size needs around each axis, shared out as Keras does: the odd one behind. */
export function zerosAround(lengths: readonly number[], sizes: readonly number[], sliding: Sliding): Pair[] {
  const { strides, dilation, padding } = sliding;
  return lengths.map((length, axis) => {
    const reach = reachOf(sizes[axis]!, dilation[axis]!);
    if (padding === 'valid') return [0, 0];
    if (padding === 'causal') return [reach - 1, 0];
    const places = Math.ceil(length / strides[axis]!);
    const missing = Math.max((places - 1) * strides[axis]! + reach - length, 0);
    return [Math.floor(missing / 2), Math.ceil(missing / 2)];
  });
}

/**
 * Lets a window go over pictures `[batch, height, width, channels]`. A dilated window is a dense one on every d-th pixel: TensorFlow.js has
 * no gradients of dilated windows.
 *
 * @param dense Takes padded pictures and strides, and lets the dense window go over them without padding.
 */
export function slide(
  x: tf.Tensor4D,
  sizes: readonly number[],
  sliding: Sliding,
  dense: (x: tf.Tensor4D, strides: Pair) => tf.Tensor,
): tf.Tensor {
  const { strides, dilation } = sliding;
  const [rows, columns] = zerosAround(x.shape.slice(1, 3), sizes, sliding) as [Pair, Pair];
  if (dilation.every((rate) => rate === 1))
    return dense(tf.pad(x, [[0, 0], rows, columns, [0, 0]]), strides as Pair);
  const rest = [rows, columns].map(([before, behind], axis) => {
    const rate = dilation[axis]!;
    return (rate - ((x.shape[axis + 1]! + before + behind) % rate)) % rate;
  });
  const padded = [rows, columns].map(([before, behind], axis) => [before, behind + rest[axis]!]);
  const apart = tf.spaceToBatchND(x, [...dilation], padded) as tf.Tensor4D;
  const crops = rest.map((count) => [0, count]);
  return tf.batchToSpaceND(dense(apart, [1, 1]), [...dilation], crops);
}

/** A sequence `[batch, length, channels]` is a picture one pixel high. */
export function onPictures(x: tf.Tensor, compute: (pictures: tf.Tensor4D) => tf.Tensor): tf.Tensor {
  if (x.rank !== 3) return compute(x as tf.Tensor4D);
  return tf.squeeze(compute(tf.expandDims(x, 1)), [1]);
}

/** Sizes of a window over sequences as those over pictures one pixel high. */
export function onPlane(sizes: readonly number[]): readonly number[] {
  return sizes.length === 1 ? [1, ...sizes] : sizes;
}

/** A kernel with zeros between its values, which is as wide as a dilated window. The first axes are those of the window. */
export function withHoles(kernel: tf.Tensor, dilation: readonly number[]): tf.Tensor {
  return dilation.reduce((spread, rate, axis) => {
    if (rate === 1) return spread;
    const { shape } = spread;
    const [before, size, after] = [shape.slice(0, axis), shape[axis]!, shape.slice(axis + 1)];
    const apart = tf.reshape(spread, [tf.util.sizeFromShape(before), size, 1, tf.util.sizeFromShape(after)]);
    const holes = tf.pad(apart, [
      [0, 0],
      [0, 0],
      [0, rate - 1],
      [0, 0],
    ]);
    const wide = tf.reshape(holes, [...before, size * rate, ...after]);
    return tf.slice(wide, before.map(() => 0).concat(0), [...before, reachOf(size, rate)]);
  }, kernel);
}
