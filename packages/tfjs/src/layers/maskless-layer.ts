import type * as tf from '@tensorflow/tfjs-core';
import type * as tfLayers from '@tensorflow/tfjs-layers';

import { OwnLayer, type Settings } from './own-layer.js';

/** A layer of ours behind which masks end, as they do in Keras: what comes out has other places than what goes in. */
export abstract class MasklessLayer<S extends object> extends OwnLayer<S> {
  constructor(config: Settings, defaults: S) {
    super(config, defaults);
    this.supportsMasking = false;
  }

  override computeMask(): never {
    return null!;
  }
}

/** A class as TensorFlow.js registers it. */
export type LayerClass = tf.serialization.SerializableConstructor<tfLayers.layers.Layer>;
