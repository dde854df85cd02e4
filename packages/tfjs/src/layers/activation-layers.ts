import * as tf from '@tensorflow/tfjs-core';

import { OwnLayer, type Settings, type Shape } from './own-layer.js';

/** Keras' ReLU: f(x) = max_value from there on, x above the threshold, slope · (x − threshold) below. */
class ReLU extends OwnLayer<{ maxValue: number | null; negativeSlope: number; threshold: number }> {
  static readonly className = 'LowbitReLU';

  constructor(config: Settings) {
    super(config, { maxValue: null, negativeSlope: 0, threshold: 0 });
  }

  protected override compute([x]: readonly tf.Tensor[]): tf.Tensor {
    const { maxValue, negativeSlope, threshold } = this.settings;
    const above = tf.mul(x!, tf.step(tf.sub(x!, threshold)));
    const bounded = maxValue === null ? above : tf.minimum(above, maxValue);
    const below = tf.minimum(tf.sub(x!, threshold), 0);
    return negativeSlope === 0 ? bounded : tf.add(bounded, tf.mul(negativeSlope, below));
  }
}

/** x above zero, alpha · (eˣ − 1) below. */
class ELU extends OwnLayer<{ alpha: number }> {
  static readonly className = 'LowbitELU';

  constructor(config: Settings) {
    super(config, { alpha: 1 });
  }

  protected override compute([x]: readonly tf.Tensor[]): tf.Tensor {
    return tf.add(tf.relu(x!), tf.mul(this.settings.alpha, tf.expm1(tf.minimum(x!, 0))));
  }
}

/** Softmax over one or several axes, which are counted from 0. */
class Softmax extends OwnLayer<{ axis: number[] }> {
  static readonly className = 'LowbitSoftmax';

  constructor(config: Settings) {
    super(config, { axis: [] });
  }

  protected override compute([x]: readonly tf.Tensor[]): tf.Tensor {
    return softmaxOver(x!, this.settings.axis);
  }
}

/** TensorFlow.js has it over the last axis alone. */
export function softmaxOver(x: tf.Tensor, axes: number[]): tf.Tensor {
  const powers = tf.exp(tf.sub(x, tf.max(x, axes, true)));
  return tf.div(powers, tf.sum(powers, axes, true));
}

/** One half of the last axis, gated by the other: a · σ(b). */
class GatedLinearUnit extends OwnLayer<object> {
  static readonly className = 'LowbitGLU';

  constructor(config: Settings) {
    super(config, {});
  }

  protected override compute([x]: readonly tf.Tensor[]): tf.Tensor {
    const [value, gate] = tf.split(x!, 2, -1);
    return tf.mul(value!, tf.sigmoid(gate!));
  }

  protected override resultShape([input]: readonly Shape[]): Shape {
    const size = input!.at(-1) ?? null;
    return [...input!.slice(0, -1), size === null ? null : size / 2];
  }
}

export const activationLayers = [ReLU, ELU, Softmax, GatedLinearUnit];
