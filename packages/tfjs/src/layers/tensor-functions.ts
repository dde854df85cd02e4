import { slicePlaces, type SliceBounds } from '@lowbit/tfjs-format';
import * as tf from '@tensorflow/tfjs-core';
import { MasklessLayer } from './maskless-layer.js';
import type { Settings, Shape } from './own-layer.js';

interface SliceSettings extends SliceBounds {
  axis: number;
  /** Whether the axis goes, of which one place is left. */
  dropsAxis: boolean;
}

/** A part of one axis, as Python's `start:stop:step` tells it. */
class SliceAxis extends MasklessLayer<SliceSettings> {
  static readonly className = 'LowbitSliceAxis';

  constructor(config: Settings) {
    super(config, { axis: 1, start: null, stop: null, step: 1, dropsAxis: false });
  }

  protected override compute([x]: readonly tf.Tensor[]): tf.Tensor {
    const { axis, step, dropsAxis } = this.settings;
    const { from, count } = slicePlaces(x!.shape[axis]!, this.settings);
    const places = Int32Array.from({ length: count }, (_, i) => from + i * step);
    const part = tf.gather(x!, tf.tensor1d(places, 'int32'), axis);
    return dropsAxis ? tf.squeeze(part, [axis]) : part;
  }

  protected override resultShape([input]: readonly Shape[]): Shape {
    const { axis, start, stop, step, dropsAxis } = this.settings;
    if (dropsAxis) return input!.filter((_, i) => i !== axis);
    const keepsSize = start === null && stop === null && Math.abs(step) === 1;
    const sizeOf = (size: number | null) =>
      size === null || keepsSize ? size : slicePlaces(size, this.settings).count;
    return input!.map((size, i) => (i === axis ? sizeOf(size) : size));
  }
}

/** Tensors of one shape side by side along an axis that is new. */
class StackTensors extends MasklessLayer<{ axis: number }> {
  static readonly className = 'LowbitStackTensors';

  constructor(config: Settings) {
    super(config, { axis: 1 });
  }

  protected override compute(inputs: readonly tf.Tensor[]): tf.Tensor {
    return tf.stack([...inputs], this.settings.axis);
  }

  protected override resultShape(shapes: readonly Shape[]): Shape {
    return shapes[0]!.toSpliced(this.settings.axis, 0, shapes.length);
  }
}

type Reduction = (x: tf.Tensor, axes: number[], keepdims: boolean) => tf.Tensor;

/** Of all values, not of a sample. */
const variance: Reduction = (x, axes, keepdims) => tf.moments(x, axes, keepdims).variance;
const reductions = {
  ...{ mean: tf.mean, max: tf.max, min: tf.min, sum: tf.sum, product: tf.prod, variance },
  deviation: ((x, axes, keepdims) => tf.sqrt(variance(x, axes, keepdims))) as Reduction,
  norm: ((x, axes, keepdims) => tf.sqrt(tf.sum(tf.square(x), axes, keepdims))) as Reduction,
  logsumexp: tf.logSumExp as Reduction,
};

interface ReduceSettings {
  kind: keyof typeof reductions;
  axes: number[];
  keepdims: boolean;
}

/** The mean, the largest, the smallest, the sum … of what stands along some axes. */
class ReduceAxes extends MasklessLayer<ReduceSettings> {
  static readonly className = 'LowbitReduceAxes';

  constructor(config: Settings) {
    super(config, { kind: 'mean', axes: [1], keepdims: false });
  }

  protected override compute([x]: readonly tf.Tensor[]): tf.Tensor {
    const { kind, axes, keepdims } = this.settings;
    return reductions[kind](x!, axes, keepdims);
  }

  protected override resultShape([input]: readonly Shape[]): Shape {
    const { axes, keepdims } = this.settings;
    return keepdims
      ? input!.map((size, i) => (axes.includes(i) ? 1 : size))
      : input!.filter((_, i) => !axes.includes(i));
  }
}

/** Values between two bounds, of which either may be missing. */
class Clip extends MasklessLayer<{ minValue: number | null; maxValue: number | null }> {
  static readonly className = 'LowbitClip';

  constructor(config: Settings) {
    super(config, { minValue: null, maxValue: null });
  }

  protected override compute([x]: readonly tf.Tensor[]): tf.Tensor {
    const { minValue, maxValue } = this.settings;
    const raised = minValue === null ? x! : tf.maximum(x!, minValue);
    return maxValue === null ? raised : tf.minimum(raised, maxValue);
  }
}

/** x to the power of a number. */
class Power extends MasklessLayer<{ exponent: number }> {
  static readonly className = 'LowbitPower';

  constructor(config: Settings) {
    super(config, { exponent: 1 });
  }

  protected override compute([x]: readonly tf.Tensor[]): tf.Tensor {
    return tf.pow(x!, this.settings.exponent);
  }
}

/** What functions of Keras or TensorFlow do to tensors that no layer of either does. */
export const tensorFunctions = [SliceAxis, StackTensors, ReduceAxes, Clip, Power];
