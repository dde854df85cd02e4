import * as tf from '@tensorflow/tfjs-core';

import { softmaxOver } from './activation-layers.js';

/** Masks that attention heeds, by what they belong to: `[batch, steps]`, and `[batch, query steps, value steps]` for `pairs`. */
export type AttentionMasks = Readonly<Partial<Record<'query' | 'value' | 'key' | 'pairs', tf.Tensor>>>;

/** The masks among the inputs of a layer, which follow its tensors in the order of `names`. */
export function masksAmong(inputs: readonly tf.Tensor[], names: readonly string[]): AttentionMasks {
  const masks = inputs.slice(inputs.length - names.length).map((mask) => tf.cast(mask, 'float32'));
  return Object.fromEntries(names.map((name, i) => [name, masks[i]!]));
}

/** `[1, query steps, value steps]`: 1 where the value's step is not after the query's. */
export function causalMask(queries: number, values: number): tf.Tensor {
  return tf.expandDims(tf.linalg.bandPart(tf.ones([queries, values]), -1, 0), 0);
}

/** All masks together, as `[batch or 1, query steps or 1, value steps or 1]`. */
export function pairMask(masks: AttentionMasks, causal: tf.Tensor | undefined): tf.Tensor | undefined {
  const { query, value, key, pairs } = masks;
  const all = [
    query && tf.expandDims(query, 2),
    value && tf.expandDims(value, 1),
    key && tf.expandDims(key, 1),
    causal,
    pairs && tf.notEqual(pairs, 0),
  ];
  const present = all.filter((mask) => mask !== undefined).map((mask) => tf.cast(mask, 'float32'));
  return present.length === 0 ? undefined : present.reduce((one, other) => tf.mul(one, other));
}

/**
 * Softmax of scores over some axes, without those where the mask is 0. Where it leaves nothing all weights are the same, or 0 where
 * `isEmptyZero`.
 */
export function maskedSoftmax(
  scores: tf.Tensor,
  mask: tf.Tensor | undefined,
  axes: number[],
  isEmptyZero = false,
): tf.Tensor {
  if (mask === undefined) return softmaxOver(scores, axes);
  const left = tf.add(tf.mul(scores, mask), tf.mul(tf.sub(1, mask), -1e9));
  const weights = softmaxOver(left, axes);
  return isEmptyZero ? tf.mul(weights, mask) : weights;
}
