import * as tf from '@tensorflow/tfjs-core';
import * as tfLayers from '@tensorflow/tfjs-layers';

import { layerConfig } from '../model/internals.js';
import type { CallOptions, Settings, Shape } from './own-layer.js';

type Layer = tfLayers.layers.Layer;

/**
 * Batch normalization over another axis than the last, and of more than four axes, which TensorFlow.js computes otherwise or not at all: the axis
 * is brought to the end and back around a layer of TensorFlow.js, whose weights and training it has, and which sees all other axes as one.
 */
export class BatchNormalization extends tfLayers.layers.Layer {
  static readonly className = 'LowbitBatchNormalization';
  private readonly axis: number;
  private readonly inner: Layer;

  /** @param config That of a BatchNormalization, with an axis that is counted from 0. */
  constructor(config: Settings) {
    super(layerConfig(config));
    this.axis = config['axis'] as number;
    this.inner = tfLayers.layers.batchNormalization({ ...config, axis: -1 });
    this.supportsMasking = true;
  }

  override build(inputShape: Shape): void {
    this.inner.build([null, inputShape[this.axis]!]);
    this.inner.built = true;
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], options: CallOptions): tf.Tensor {
    return tf.tidy(() => {
      const [x] = [inputs].flat() as [tf.Tensor];
      const others = x.shape.map((_, axis) => axis).filter((axis) => axis !== this.axis);
      const there = [...others, this.axis];
      const back = x.shape.map((_, axis) => there.indexOf(axis));
      const { training = false } = options;
      const moved = tf.transpose(x, there);
      const rows = tf.reshape(moved, [-1, x.shape[this.axis]!]);
      const result = this.inner.call(rows, { training }) as tf.Tensor;
      return tf.transpose(tf.reshape(result, moved.shape), back);
    });
  }

  override get trainableWeights(): tfLayers.LayerVariable[] {
    return this.trainable ? this.inner.trainableWeights : [];
  }

  override get nonTrainableWeights(): tfLayers.LayerVariable[] {
    return this.trainable ? this.inner.nonTrainableWeights : this.inner.weights;
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...this.inner.getConfig(), ...super.getConfig(), axis: this.axis };
  }
}
