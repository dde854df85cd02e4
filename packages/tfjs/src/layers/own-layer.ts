import * as tf from '@tensorflow/tfjs-core';
import * as tfLayers from '@tensorflow/tfjs-layers';

import { layerConfig } from '../model/internals.js';

export type Shape = tfLayers.Shape;
type Shapes = Shape | Shape[];

/** The settings of a layer by their names, as they stand in a topology. */
export type Settings = Readonly<Record<string, unknown>>;

/** What `call` is given besides the inputs. */
export interface CallOptions {
  /** Whether the model is being trained. */
  readonly training?: boolean;
}

/**
 * A layer that TensorFlow.js lacks. Its settings are written as they were given; what it computes comes from operations that have
 * gradients. A mask that TensorFlow.js brings along is passed on.
 */
export abstract class OwnLayer<S extends object> extends tfLayers.layers.Layer {
  protected readonly settings: S;

  /** @param defaults Every setting, with its value where the configuration has none. */
  constructor(config: Settings, defaults: S) {
    super(layerConfig(config));
    const given = Object.keys(defaults).map((key) => [key, config[key] ?? defaults[key as keyof S]]);
    this.settings = Object.fromEntries(given) as S;
    this.supportsMasking = true;
  }

  /** What comes out of the inputs. Tensors made on the way are freed. */
  protected abstract compute(inputs: readonly tf.Tensor[], options: CallOptions): tf.Tensor | tf.Tensor[];

  /** Makes the weights, for inputs of these shapes. Most layers have none. */
  protected makeWeights?(shapes: readonly Shape[]): void;

  /** The shape of what comes out: that of the first input unless a layer says otherwise. */
  protected resultShape([first]: readonly Shape[]): Shapes {
    return first!;
  }

  /** A weight of ones or zeros, until it is loaded. */
  protected weight(name: string, shape: Shape, fill: 0 | 1, trainable = true): tfLayers.LayerVariable {
    const initializer = fill === 0 ? tfLayers.initializers.zeros() : tfLayers.initializers.ones();
    return this.addWeight(name, shape, 'float32', initializer, undefined, trainable);
  }

  override build(shapes: Shapes): void {
    this.makeWeights?.(listOf(shapes));
    this.built = true;
  }

  override computeOutputShape(shapes: Shapes): Shapes {
    return this.resultShape(listOf(shapes));
  }

  override call(inputs: tf.Tensor | tf.Tensor[], options: CallOptions): tf.Tensor | tf.Tensor[] {
    return tf.tidy(() => this.compute([inputs].flat(), options));
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), ...this.settings };
  }
}

function listOf(shapes: Shapes): Shape[] {
  return (Array.isArray(shapes[0]) ? shapes : [shapes]) as Shape[];
}
