import * as tf from '@tensorflow/tfjs-core';

import { MasklessLayer } from './maskless-layer.js';
import { OwnLayer, type Settings, type Shape } from './own-layer.js';

/** The first input minus the second. */
export class Subtract extends OwnLayer<object> {
  static readonly className = 'LowbitSubtract';

  constructor(config: Settings) {
    super(config, {});
  }

  protected override compute(inputs: readonly tf.Tensor[]): tf.Tensor {
    const [left, right] = ofOneRank(inputs);
    return tf.sub(left!, right!);
  }

  protected override resultShape(shapes: readonly Shape[]): Shape {
    return together(shapes);
  }
}

/** The first input by the second. */
export class Divide extends MasklessLayer<object> {
  static readonly className = 'LowbitDivide';

  constructor(config: Settings) {
    super(config, {});
  }

  protected override compute(inputs: readonly tf.Tensor[]): tf.Tensor {
    const [left, right] = ofOneRank(inputs);
    return tf.div(tf.cast(left!, 'float32'), tf.cast(right!, 'float32'));
  }

  protected override resultShape(shapes: readonly Shape[]): Shape {
    return together(shapes);
  }
}

/** The product of its first inputs, in which what a mask leaves out is 1; it is 0 where all have masks that leave it out. The masks follow. */
export class MaskedMultiply extends MasklessLayer<{ areMasked: boolean[] }> {
  static readonly className = 'LowbitMaskedMultiply';

  constructor(config: Settings) {
    super(config, { areMasked: [] });
  }

  protected override compute(inputs: readonly tf.Tensor[]): tf.Tensor {
    const { areMasked } = this.settings;
    const masks = inputs.slice(areMasked.length).map((mask) => tf.expandDims(mask, -1));
    let used = 0;
    const factors = areMasked.map((isMasked, i) => {
      const factor = inputs[i]!;
      if (!isMasked) return factor;
      const kept = masks[used++]!;
      return tf.add(tf.mul(kept, factor), tf.sub(1, kept));
    });
    const product = factors.reduce((all, factor) => tf.mul(all, factor));
    const any = masks.reduce((all, mask) => tf.maximum(all, mask));
    return areMasked.every((isMasked) => isMasked) ? tf.mul(product, any) : product;
  }

  protected override resultShape(shapes: readonly Shape[]): Shape {
    return together(shapes.slice(0, this.settings.areMasked.length));
  }
}

/** Tensors of as many axes as the largest has; Keras fills up missing axes behind the batch. */
function ofOneRank(tensors: readonly tf.Tensor[]): readonly tf.Tensor[] {
  const rank = Math.max(...tensors.map((tensor) => tensor.rank));
  return tensors.map((tensor) => tf.reshape(tensor, filled(tensor.shape, rank) as number[]));
}

function filled([batch = null, ...others]: Shape, rank: number): Shape {
  return [batch, ...Array<number>(rank - 1 - others.length).fill(1), ...others];
}

/** The shape of what is computed of tensors value by value. */
function together(shapes: readonly Shape[]): Shape {
  const rank = Math.max(...shapes.map(({ length }) => length));
  return shapes
    .map((shape) => filled(shape, rank))
    .reduce((left, right) => left.map((size, axis) => (size === 1 ? right[axis]! : size)));
}
