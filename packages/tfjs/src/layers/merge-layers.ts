import * as tf from '@tensorflow/tfjs-core';

import { OwnLayer, type Settings, type Shape } from './own-layer.js';

/** The first input minus the second. */
export class Subtract extends OwnLayer<object> {
  static readonly className = 'LowbitSubtract';

  constructor(config: Settings) {
    super(config, {});
  }

  protected override compute([left, right]: readonly tf.Tensor[]): tf.Tensor {
    return tf.sub(left!, right!);
  }

  protected override resultShape([left, right]: readonly Shape[]): Shape {
    const rank = Math.max(left!.length, right!.length);
    const at = (shape: Shape, axis: number) => {
      const size = shape[axis - rank + shape.length];
      return size === undefined ? 1 : size;
    };
    return Array.from({ length: rank }, (_, axis) =>
      at(left!, axis) === 1 ? at(right!, axis) : at(left!, axis),
    );
  }
}
