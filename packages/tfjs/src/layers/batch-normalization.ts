import * as tf from '@tensorflow/tfjs-core';
import * as tfLayers from '@tensorflow/tfjs-layers';

import { layerConfig } from '../model/internals.js';
import type { CallOptions, Settings, Shape } from './own-layer.js';

type Layer = tfLayers.layers.Layer;

/**
 * Batch normalization over another axis than the last, which TensorFlow.js computes otherwise: the axis is brought to the end and back
 * around a layer of TensorFlow.js, whose weights and training it has.
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
    const last = inputShape.filter((_, axis) => axis !== this.axis);
    this.inner.build([...last, inputShape[this.axis]!]);
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
      return tf.transpose(this.inner.call(tf.transpose(x, there), { training }) as tf.Tensor, back);
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
