import * as tf from '@tensorflow/tfjs-core';
import type { LayerVariable } from '@tensorflow/tfjs-layers';

import { OwnLayer, type Settings, type Shape } from './own-layer.js';

/** Values for some axes, shaped so that they spread over all others. Axes are counted from 0 here. */
function spread(values: tf.Tensor, axes: readonly number[], shape: readonly number[]): tf.Tensor {
  return tf.reshape(
    values,
    shape.map((size, axis) => (axes.includes(axis) ? size : 1)),
  );
}

/** Each vector along some axes divided by its length, which is taken as 1e-6 at least. */
class UnitNormalization extends OwnLayer<{ axis: number[]; epsilon: number }> {
  static readonly className = 'LowbitUnitNormalization';

  constructor(config: Settings) {
    super(config, { axis: [], epsilon: 1e-6 });
  }

  protected override compute([x]: readonly tf.Tensor[]): tf.Tensor {
    const { axis, epsilon } = this.settings;
    const squares = tf.sum(tf.square(x!), axis, true);
    return tf.mul(x!, tf.rsqrt(tf.maximum(squares, epsilon ** 2)));
  }
}

/** Divided by the root of the mean square along some axes, and scaled. */
class RMSNormalization extends OwnLayer<{ axis: number[]; epsilon: number }> {
  static readonly className = 'LowbitRMSNormalization';
  private scale!: LayerVariable;

  constructor(config: Settings) {
    super(config, { axis: [], epsilon: 1e-6 });
  }

  protected override makeWeights([input]: readonly Shape[]): void {
    const shape = this.settings.axis.map((axis) => input![axis]!);
    this.scale = this.weight('scale', shape, 1);
  }

  protected override compute([x]: readonly tf.Tensor[]): tf.Tensor {
    const { axis, epsilon } = this.settings;
    const squares = tf.mean(tf.square(x!), axis, true);
    const scale = spread(this.scale.read(), axis, x!.shape);
    return tf.mul(tf.mul(x!, tf.rsqrt(tf.add(squares, epsilon))), scale);
  }
}

interface GroupSettings {
  groups: number;
  axis: number;
  epsilon: number;
  center: boolean;
  scale: boolean;
}

/** Channels in groups, each with mean 0 and variance 1 in a sample (Wu and He, "Group Normalization", 2018). */
class GroupNormalization extends OwnLayer<GroupSettings> {
  static readonly className = 'LowbitGroupNormalization';
  private gamma?: LayerVariable;
  private beta?: LayerVariable;

  constructor(config: Settings) {
    super(config, { groups: 32, axis: -1, epsilon: 1e-3, center: true, scale: true });
  }

  protected override makeWeights([input]: readonly Shape[]): void {
    const { axis, center, scale } = this.settings;
    const shape = [input![axis]!];
    if (scale) this.gamma = this.weight('gamma', shape, 1);
    if (center) this.beta = this.weight('beta', shape, 0);
  }

  protected override compute([x]: readonly tf.Tensor[]): tf.Tensor {
    const { axis, groups, epsilon } = this.settings;
    const { shape } = x!;
    const grouped = tf.reshape(x!, [...shape.slice(0, axis), groups, -1, ...shape.slice(axis + 1)]);
    const others = grouped.shape.map((_, i) => i).filter((i) => i !== 0 && i !== axis);
    const { mean, variance } = tf.moments(grouped, others, true);
    const normal = tf.mul(tf.sub(grouped, mean), tf.rsqrt(tf.add(variance, epsilon)));
    const scaled = this.gamma
      ? tf.mul(tf.reshape(normal, shape), spread(this.gamma.read(), [axis], shape))
      : tf.reshape(normal, shape);
    return this.beta ? tf.add(scaled, spread(this.beta.read(), [axis], shape)) : scaled;
  }
}

/** As TensorFlow.js has it for inputs of two to four axes. */
class LayerNormalization extends OwnLayer<{
  axis: number[];
  epsilon: number;
  center: boolean;
  scale: boolean;
}> {
  static readonly className = 'LowbitLayerNormalization';
  private gamma?: LayerVariable;
  private beta?: LayerVariable;

  constructor(config: Settings) {
    super(config, { axis: [], epsilon: 1e-3, center: true, scale: true });
  }

  protected override makeWeights([input]: readonly Shape[]): void {
    const { axis, center, scale } = this.settings;
    const shape = axis.map((each) => input![each]!);
    if (scale) this.gamma = this.weight('gamma', shape, 1);
    if (center) this.beta = this.weight('beta', shape, 0);
  }

  protected override compute([x]: readonly tf.Tensor[]): tf.Tensor {
    const { axis, epsilon } = this.settings;
    const { mean, variance } = tf.moments(x!, axis, true);
    const normal = tf.mul(tf.sub(x!, mean), tf.rsqrt(tf.add(variance, epsilon)));
    const scaled = this.gamma ? tf.mul(normal, spread(this.gamma.read(), axis, x!.shape)) : normal;
    return this.beta ? tf.add(scaled, spread(this.beta.read(), axis, x!.shape)) : scaled;
  }
}

interface NormalizationSettings {
  axis: number[];
  /** Given ones; where there are none, they are weights. */
  mean: unknown;
  variance: unknown;
  invert: boolean;
}

/** (x − mean) / √variance with statistics of data, or the way back. */
class Normalization extends OwnLayer<NormalizationSettings> {
  static readonly className = 'LowbitNormalization';
  private measured?: { readonly mean: LayerVariable; readonly variance: LayerVariable };

  constructor(config: Settings) {
    super(config, { axis: [], mean: null, variance: null, invert: false });
  }

  protected override makeWeights([input]: readonly Shape[]): void {
    if (this.settings.mean !== null) return;
    const shape = this.settings.axis.map((axis) => input![axis]!);
    const state = (name: string, fill: 0 | 1, of: Shape) => this.weight(name, of, fill, false);
    this.measured = { mean: state('mean', 0, shape), variance: state('variance', 1, shape) };
    state('count', 0, []);
  }

  protected override compute([x]: readonly tf.Tensor[]): tf.Tensor {
    const [mean, variance] = this.statistics(x!.shape);
    const deviation = tf.maximum(tf.sqrt(variance), 1e-7);
    return this.settings.invert ? tf.add(mean, tf.mul(x!, deviation)) : tf.div(tf.sub(x!, mean), deviation);
  }

  private statistics(shape: readonly number[]): [tf.Tensor, tf.Tensor] {
    const { axis, mean, variance } = this.settings;
    if (this.measured)
      return [
        spread(this.measured.mean.read(), axis, shape),
        spread(this.measured.variance.read(), axis, shape),
      ];
    const given = (values: unknown) => {
      const flat = tf.tensor(values as number[], undefined, 'float32');
      // Axes of given values are the last of those that are kept.
      const kept = axis.slice(axis.length - flat.rank);
      return flat.size === 1 ? tf.reshape(flat, []) : spread(flat, kept, shape);
    };
    return [given(mean), given(variance)];
  }
}

export const normalizationLayers = [
  UnitNormalization,
  RMSNormalization,
  GroupNormalization,
  LayerNormalization,
  Normalization,
];
