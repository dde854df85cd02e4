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

/** Settings of a merge whose last inputs are masks `[batch, steps]`. */
interface MaskedMergeSettings {
  /** Which of the other inputs have one. */
  areMasked: boolean[];
}

/** A merge of Keras 3 that leaves out what is masked. The masks follow the inputs. */
abstract class MaskedMerge extends MasklessLayer<MaskedMergeSettings> {
  constructor(config: Settings) {
    super(config, { areMasked: [] });
  }

  /** @param masks `[batch, steps, 1]`, true for what counts; undefined for an input without one. */
  protected abstract merged(
    inputs: readonly tf.Tensor[],
    masks: readonly (tf.Tensor | undefined)[],
  ): tf.Tensor;

  protected override compute(given: readonly tf.Tensor[]): tf.Tensor {
    const { areMasked } = this.settings;
    const following = given.slice(areMasked.length);
    const masks = areMasked.map((isMasked) =>
      isMasked ? tf.cast(tf.expandDims(following.shift()!, -1), 'bool') : undefined,
    );
    return this.merged(ofOneRank(given.slice(0, areMasked.length)), masks);
  }

  protected override resultShape(shapes: readonly Shape[]): Shape {
    return together(shapes.slice(0, this.settings.areMasked.length));
  }
}

/** The product, in which what is masked is 1; it is 0 where all inputs have masks that leave it out. */
export class MaskedMultiply extends MaskedMerge {
  static readonly className = 'LowbitMaskedMultiply';

  protected override merged(
    inputs: readonly tf.Tensor[],
    masks: readonly (tf.Tensor | undefined)[],
  ): tf.Tensor {
    const factors = inputs.map((input, i) =>
      masks[i] ? tf.where(masks[i], input, tf.onesLike(input)) : input,
    );
    const product = factors.reduce((all, factor) => tf.mul(all, factor));
    const any = masks.reduce((all, mask) => all && mask && tf.logicalOr(all, mask));
    return any ? tf.where(any, product, tf.zerosLike(product)) : product;
  }
}

/** The larger or smaller of what is not masked, of one input after the other. Where all are masked the first one stays. */
abstract class MaskedExtreme extends MaskedMerge {
  protected abstract extreme(left: tf.Tensor, right: tf.Tensor): tf.Tensor;

  protected override merged(
    inputs: readonly tf.Tensor[],
    masks: readonly (tf.Tensor | undefined)[],
  ): tf.Tensor {
    let [all] = masks;
    return inputs.reduce((before, input, i) => {
      const mask = masks[i];
      const other = mask ? tf.where(mask, input, before) : input;
      const kept = all ? tf.where(all, before, other) : before;
      all = all && mask && tf.logicalOr(all, mask);
      return this.extreme(kept, other);
    });
  }
}

export class MaskedMaximum extends MaskedExtreme {
  static readonly className = 'LowbitMaskedMaximum';

  protected override extreme(left: tf.Tensor, right: tf.Tensor): tf.Tensor {
    return tf.maximum(left, right);
  }
}

export class MaskedMinimum extends MaskedExtreme {
  static readonly className = 'LowbitMaskedMinimum';

  protected override extreme(left: tf.Tensor, right: tf.Tensor): tf.Tensor {
    return tf.minimum(left, right);
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
