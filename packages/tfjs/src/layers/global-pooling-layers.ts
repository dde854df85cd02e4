import * as tf from '@tensorflow/tfjs-core';

import { MasklessLayer, type LayerClass } from './maskless-layer.js';
import type { Settings, Shape } from './own-layer.js';

/** One value a channel; TensorFlow.js has it neither of volumes nor with `keepdims`. */
abstract class GlobalPooling extends MasklessLayer<{ keepdims: boolean }> {
  constructor(config: Settings) {
    super(config, { keepdims: false });
  }

  protected override resultShape([input]: readonly Shape[]): Shape {
    const kept = this.settings.keepdims ? input!.slice(1, -1).map(() => 1) : [];
    return [input![0]!, ...kept, input!.at(-1)!];
  }

  /** The axes between batch and channels. */
  protected axesOf(x: tf.Tensor): number[] {
    return x.shape.slice(1, -1).map((_, axis) => axis + 1);
  }
}

class GlobalAverage extends GlobalPooling {
  protected override compute([x]: readonly tf.Tensor[]): tf.Tensor {
    return tf.mean(x!, this.axesOf(x!), this.settings.keepdims);
  }
}

class GlobalMaximum extends GlobalPooling {
  protected override compute([x]: readonly tf.Tensor[]): tf.Tensor {
    return tf.max(x!, this.axesOf(x!), this.settings.keepdims);
  }
}

export const globalPoolingLayers: readonly LayerClass[] = [1, 2, 3].flatMap((rank) => [
  class extends GlobalAverage {
    static readonly className: string = `LowbitGlobalAveragePooling${rank}D`;
  },
  class extends GlobalMaximum {
    static readonly className: string = `LowbitGlobalMaxPooling${rank}D`;
  },
]);
