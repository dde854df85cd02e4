import * as tf from '@tensorflow/tfjs-core';

import { MasklessLayer } from './maskless-layer.js';
import type { Settings, Shape } from './own-layer.js';

interface MaskSettings {
  /** `differs`: where values are others than `value`. `given`: where they are not 0. `any`, `all`: of several masks. `join`: of one behind the other. `every`: all steps. */
  kind: 'differs' | 'given' | 'any' | 'all' | 'join' | 'every';
  value: number;
  /** Whether a step counts as soon as one of its features differs. */
  overLast: boolean;
}

/** A mask `[batch, steps]` as a tensor: 1 for what counts, 0 for what is left out. */
export class Mask extends MasklessLayer<MaskSettings> {
  static readonly className = 'LowbitMask';

  constructor(config: Settings) {
    super(config, { kind: 'given', value: 0, overLast: false });
  }

  protected override compute(inputs: readonly tf.Tensor[]): tf.Tensor {
    const { kind, value, overLast } = this.settings;
    const [first, ...others] = inputs.map((each) => tf.cast(each, 'float32')) as [tf.Tensor, ...tf.Tensor[]];
    if (kind === 'join') return tf.concat([first, ...others], 1);
    if (kind === 'any') return others.reduce((all, each) => tf.maximum(all, each), first);
    if (kind === 'all') return others.reduce((all, each) => tf.minimum(all, each), first);
    if (kind === 'every') return tf.ones(first.shape.slice(0, -1));
    const differs = tf.cast(tf.notEqual(first, value), 'float32');
    return overLast ? tf.max(differs, -1) : differs;
  }

  protected override resultShape(shapes: readonly Shape[]): Shape {
    const [first] = shapes;
    const { kind, overLast } = this.settings;
    if (kind === 'every' || overLast) return first!.slice(0, -1);
    if (kind !== 'join') return first!;
    const [batch, , ...rest] = first!;
    const length = shapes.reduce<number | null>(
      (sum, shape) => (sum === null || shape[1] === null ? null : sum + shape[1]!),
      0,
    );
    return [batch!, length, ...rest];
  }
}

/** The mean of the steps that a mask keeps, of inputs `[batch, steps, features]` and the mask. */
export class MaskedAverage extends MasklessLayer<{ keepdims: boolean }> {
  static readonly className = 'LowbitMaskedAverage';

  constructor(config: Settings) {
    super(config, { keepdims: false });
  }

  protected override compute([x, mask]: readonly tf.Tensor[]): tf.Tensor {
    const { keepdims } = this.settings;
    const kept = tf.expandDims(mask!, -1);
    return tf.div(tf.sum(tf.mul(x!, kept), 1, keepdims), tf.sum(kept, 1, keepdims));
  }

  protected override resultShape([input]: readonly Shape[]): Shape {
    const [batch, , features] = input!;
    return this.settings.keepdims ? [batch!, 1, features!] : [batch!, features!];
  }
}
