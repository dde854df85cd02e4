import * as tf from '@tensorflow/tfjs-core';

import { MasklessLayer, type LayerClass } from './maskless-layer.js';
import type { Settings, Shape } from './own-layer.js';

/** How much stands before and behind each axis between batch and channels: one number, one for each axis, or pairs. */
type Borders = number | readonly (number | readonly [number, number])[];

function pairsOf(borders: Borders, rank: number): [number, number][] {
  if (typeof borders === 'number') return Array.from({ length: rank }, () => [borders, borders]);
  // One axis: [before, behind], without a list around it.
  const pairs = rank === 1 && borders.length === 2 ? [borders as [number, number]] : borders;
  return pairs.map((pair) => (typeof pair === 'number' ? [pair, pair] : [...pair]));
}

function changed(shape: Shape, by: (axis: number) => number): Shape {
  const isBetween = (axis: number) => axis > 0 && axis < shape.length - 1;
  return shape.map((size, axis) => (size === null || !isBetween(axis) ? size : size + by(axis - 1)));
}

class ZeroPadding extends MasklessLayer<{ padding: Borders }> {
  constructor(
    config: Settings,
    private readonly rank: number,
  ) {
    super(config, { padding: 1 });
  }

  protected override resultShape([input]: readonly Shape[]): Shape {
    const pairs = pairsOf(this.settings.padding, this.rank);
    return changed(input!, (axis) => pairs[axis]![0] + pairs[axis]![1]);
  }

  protected override compute([x]: readonly tf.Tensor[]): tf.Tensor {
    return tf.pad(x!, [[0, 0], ...pairsOf(this.settings.padding, this.rank), [0, 0]]);
  }
}

class Cropping extends MasklessLayer<{ cropping: Borders }> {
  constructor(
    config: Settings,
    private readonly rank: number,
  ) {
    super(config, { cropping: 1 });
  }

  protected override resultShape([input]: readonly Shape[]): Shape {
    const pairs = pairsOf(this.settings.cropping, this.rank);
    return changed(input!, (axis) => -pairs[axis]![0] - pairs[axis]![1]);
  }

  protected override compute([x]: readonly tf.Tensor[]): tf.Tensor {
    const starts = pairsOf(this.settings.cropping, this.rank).map(([before]) => before);
    return tf.slice(x!, [0, ...starts, 0], this.resultShape([x!.shape]) as number[]);
  }
}

/** Of one and three dimensions; TensorFlow.js has those of two. */
export const borderLayers: readonly LayerClass[] = [1, 3].flatMap((rank) => [
  class extends ZeroPadding {
    static readonly className: string = `LowbitZeroPadding${rank}D`;

    constructor(config: Settings) {
      super(config, rank);
    }
  },
  class extends Cropping {
    static readonly className: string = `LowbitCropping${rank}D`;

    constructor(config: Settings) {
      super(config, rank);
    }
  },
]);
