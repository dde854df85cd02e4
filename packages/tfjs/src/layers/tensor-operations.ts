import * as tf from '@tensorflow/tfjs-core';
import { einsum, equationFor } from './einsum.js';
import { MasklessLayer } from './maskless-layer.js';
import type { Settings, Shape } from './own-layer.js';

/** Places of one axis, in any order and several times. */
class TakePlaces extends MasklessLayer<{ axis: number; places: number[] }> {
  static readonly className = 'LowbitTakePlaces';

  constructor(config: Settings) {
    super(config, { axis: 1, places: [] });
  }

  protected override compute([x]: readonly tf.Tensor[]): tf.Tensor {
    const { axis, places } = this.settings;
    return tf.gather(x!, tf.tensor1d(places, 'int32'), axis);
  }

  protected override resultShape([input]: readonly Shape[]): Shape {
    const { axis, places } = this.settings;
    return input!.with(axis, places.length);
  }
}

/** Parts of one axis, or single places without it. */
class SplitAxis extends MasklessLayer<{ axis: number; sizes: number[]; dropsAxis: boolean }> {
  static readonly className = 'LowbitSplitAxis';

  constructor(config: Settings) {
    super(config, { axis: 1, sizes: [], dropsAxis: false });
  }

  protected override compute([x]: readonly tf.Tensor[]): tf.Tensor[] {
    const { axis, sizes, dropsAxis } = this.settings;
    const parts = tf.split(x!, sizes, axis);
    return dropsAxis ? parts.map((part) => tf.squeeze(part, [axis])) : parts;
  }

  protected override resultShape([input]: readonly Shape[]): Shape[] {
    const { axis, sizes, dropsAxis } = this.settings;
    return sizes.map((size) => (dropsAxis ? input!.toSpliced(axis, 1) : input!.with(axis, size)));
  }
}

/** One value around, so many places in front of and behind each axis but that of the samples. */
class PadConstant extends MasklessLayer<{ pads: number[]; value: number }> {
  static readonly className = 'LowbitPadConstant';

  constructor(config: Settings) {
    super(config, { pads: [], value: 0 });
  }

  private pairs(): [number, number][] {
    const { pads } = this.settings;
    const own = pads.flatMap((_, i): [number, number][] => (i % 2 === 0 ? [[pads[i]!, pads[i + 1]!]] : []));
    return [[0, 0], ...own];
  }

  protected override compute([x]: readonly tf.Tensor[]): tf.Tensor {
    return tf.pad(x!, this.pairs(), this.settings.value);
  }

  protected override resultShape([input]: readonly Shape[]): Shape {
    const pairs = this.pairs();
    return input!.map((size, axis) => (size === null ? null : size + pairs[axis]![0] + pairs[axis]![1]));
  }
}

const comparisons = {
  '>': tf.greater,
  '>=': tf.greaterEqual,
  '<': tf.less,
  '<=': tf.lessEqual,
  '==': tf.equal,
  '!=': tf.notEqual,
  and: (a: tf.Tensor, b: tf.Tensor) => tf.logicalAnd(tf.notEqual(a, 0), tf.notEqual(b, 0)),
  or: (a: tf.Tensor, b: tf.Tensor) => tf.logicalOr(tf.notEqual(a, 0), tf.notEqual(b, 0)),
};

/** Values of two tensors, or of one and a number, compared: 1 where it is so, 0 where not. */
class CompareValues extends MasklessLayer<{ kind: keyof typeof comparisons; value: number | null }> {
  static readonly className = 'LowbitCompareValues';

  constructor(config: Settings) {
    super(config, { kind: '==', value: null });
  }

  protected override compute(inputs: readonly tf.Tensor[]): tf.Tensor {
    const { kind, value } = this.settings;
    const [first, second = tf.scalar(value ?? 0)] = inputs.map((input) => tf.cast(input, 'float32'));
    return tf.cast(comparisons[kind](first!, second), 'float32');
  }

  protected override resultShape(shapes: readonly Shape[]): Shape {
    return together(shapes);
  }
}

/** Where the first is no zero the next, otherwise the last; numbers stand in the place of tensors. */
class SelectValues extends MasklessLayer<{ when: number | null; otherwise: number | null }> {
  static readonly className = 'LowbitSelectValues';

  constructor(config: Settings) {
    super(config, { when: null, otherwise: null });
  }

  protected override compute([condition, ...values]: readonly tf.Tensor[]): tf.Tensor {
    const { when, otherwise } = this.settings;
    const rest = values.map((value) => tf.cast(value, 'float32'));
    const [one, other] = [when, otherwise].map((value) =>
      value === null ? rest.shift()! : tf.scalar(value),
    );
    return tf.where(tf.notEqual(tf.cast(condition!, 'float32'), 0), one!, other!);
  }

  protected override resultShape(shapes: readonly Shape[]): Shape {
    return together(shapes);
  }
}

/** The shape of values that are combined one by one, of as many axes each; an axis of size 1 is repeated. */
function together(shapes: readonly Shape[]): Shape {
  return shapes[0]!.map((_, axis) => {
    const sizes: readonly (number | null)[] = shapes.map((shape) => shape[axis]!);
    return sizes.find((size) => size !== null && size !== 1) ?? (sizes.includes(null) ? null : 1);
  });
}

/** A product of two tensors, summed over the axes whose letters the output lacks. */
class EinsumProduct extends MasklessLayer<{ equation: string }> {
  static readonly className = 'LowbitEinsumProduct';

  constructor(config: Settings) {
    super(config, { equation: '' });
  }

  protected override compute([a, b]: readonly tf.Tensor[]): tf.Tensor {
    return einsum(equationFor(this.settings.equation, a!.rank), a!, b!);
  }

  protected override resultShape(shapes: readonly Shape[]): Shape {
    const { left, right, output } = equationFor(this.settings.equation, shapes[0]!.length);
    const sizes = new Map(
      [left, right].flatMap((term, i) => [...term].map((letter, axis) => [letter, shapes[i]![axis]!])),
    );
    return [...output].map((letter) => sizes.get(letter)!);
  }
}

/** What functions of Keras do to tensors, several of them or with places of an axis, that no layer does. */
export const tensorOperations = [
  ...[TakePlaces, SplitAxis, PadConstant],
  ...[CompareValues, SelectValues, EinsumProduct],
];
