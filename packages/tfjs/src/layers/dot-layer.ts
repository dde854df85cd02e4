import * as tf from '@tensorflow/tfjs-core';

import { einsum, type Equation } from './einsum.js';
import { OwnLayer, type Settings, type Shape } from './own-layer.js';

/** Products of two inputs, summed over one axis of each, which are counted from 0. */
export class Dot extends OwnLayer<{ axes: [number, number]; normalize: boolean }> {
  static readonly className = 'LowbitDot';

  constructor(config: Settings) {
    super(config, { axes: [1, 1], normalize: false });
  }

  protected override compute([left, right]: readonly tf.Tensor[]): tf.Tensor {
    const { axes, normalize } = this.settings;
    const unit = (x: tf.Tensor, axis: number) =>
      normalize ? tf.mul(x, tf.rsqrt(tf.maximum(tf.sum(tf.square(x), axis, true), 1e-12))) : x;
    const product = einsum(
      this.equation(left!.rank, right!.rank),
      unit(left!, axes[0]),
      unit(right!, axes[1]),
    );
    return product.rank === 1 ? tf.expandDims(product, 1) : product;
  }

  /** The axes of the batch are one, those that are summed are one, all others stay, the left ones first. */
  private equation(leftRank: number, rightRank: number): Equation {
    const [leftAxis, rightAxis] = this.settings.axes;
    const term = (letters: string, rank: number, summed: number) =>
      [...letters.slice(0, rank)]
        .map((letter, axis) => (axis === 0 ? 'b' : axis === summed ? 's' : letter))
        .join('');
    const left = term('ABCDEFG', leftRank, leftAxis);
    const right = term('HIJKLMN', rightRank, rightAxis);
    const output = `${left}${right.slice(1)}`.replaceAll('s', '');
    return { left, right, output };
  }

  protected override resultShape([left, right]: readonly Shape[]): Shape {
    const [leftAxis, rightAxis] = this.settings.axes;
    const rest = [
      ...left!.filter((_, axis) => axis !== leftAxis),
      ...right!.filter((_, axis) => axis !== rightAxis && axis !== 0),
    ];
    return rest.length === 1 ? [rest[0]!, 1] : rest;
  }
}
