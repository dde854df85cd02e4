import * as tf from '@tensorflow/tfjs-core';
import type * as tfLayers from '@tensorflow/tfjs-layers';

import { activationLayer, type ActivationName } from './activation-functions.js';
import { einsum, equationFor } from './einsum.js';
import { OwnLayer, type Settings, type Shape } from './own-layer.js';

interface EinsumSettings {
  equation: string;
  /** Sizes of the kernel's axes. */
  kernelShape: number[];
  /** Sizes of the bias, of rank 1 upwards; none without one. */
  biasShape: number[];
  /** Axes along which the bias differs, where its shape does not tell; nothing is computed by it. */
  biasAxes: string;
  activation: ActivationName;
}

/** A dense layer whose products an equation describes: `abc,cd->abd`. */
export class EinsumDense extends OwnLayer<EinsumSettings> {
  static readonly className = 'LowbitEinsumDense';
  private kernel!: tfLayers.LayerVariable;
  private readonly activation: tfLayers.layers.Layer;
  private bias?: tfLayers.LayerVariable;

  constructor(config: Settings) {
    super(config, { equation: '', kernelShape: [], biasShape: [], biasAxes: '', activation: 'linear' });
    this.activation = activationLayer(this.settings.activation);
  }

  protected override makeWeights(): void {
    const { kernelShape, biasShape } = this.settings;
    this.kernel = this.weight('kernel', kernelShape, 0);
    if (biasShape.length > 0) this.bias = this.weight('bias', biasShape, 0);
  }

  protected override compute([x]: readonly tf.Tensor[]): tf.Tensor {
    const product = einsum(equationFor(this.settings.equation, x!.rank), x!, this.kernel.read());
    const sum = this.bias ? tf.add(product, this.bias.read()) : product;
    return this.activation.call(sum, {}) as tf.Tensor;
  }

  protected override resultShape([input]: readonly Shape[]): Shape {
    const { left, right, output } = equationFor(this.settings.equation, input!.length);
    return [...output].map((letter) =>
      left.includes(letter)
        ? input![left.indexOf(letter)]!
        : this.settings.kernelShape[right.indexOf(letter)]!,
    );
  }
}
