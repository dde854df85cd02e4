import * as tf from '@tensorflow/tfjs-core';
import * as tfLayers from '@tensorflow/tfjs-layers';

/** A user's own layer: multiplies by one trained factor a channel. */
export class ScaleLayer extends tfLayers.layers.Layer {
  static className = 'ScaleLayer';
  private factor: tfLayers.LayerVariable | undefined;

  override build(inputShape: tfLayers.Shape): void {
    this.factor = this.addWeight(
      'factor',
      [inputShape.at(-1) as number],
      'float32',
      tfLayers.initializers.ones(),
    );
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [x] = Array.isArray(inputs) ? inputs : [inputs];
    return tf.mul(x as tf.Tensor, (this.factor as tfLayers.LayerVariable).read());
  }
}

/** The same, but its configuration forgets that the constructor needs a size. */
export class ForgetfulLayer extends ScaleLayer {
  static override className = 'ForgetfulLayer';

  constructor(config: { name?: string; size?: number }) {
    super(config);
    if (config.size === undefined) throw new Error('size is missing');
  }
}

/** The same, but it cannot write its configuration. */
export class SilentLayer extends ScaleLayer {
  static override className = 'SilentLayer';

  override getConfig(): tf.serialization.ConfigDict {
    throw new Error('no getConfig');
  }
}
