import * as tf from '@tensorflow/tfjs-core';
import type * as tfLayers from '@tensorflow/tfjs-layers';

import { activationLayer, type ActivationName } from './activation-functions.js';
import { OwnLayer, type CallOptions, type Settings, type Shape } from './own-layer.js';

interface CellSettings {
  units: number;
  activation: ActivationName;
  recurrentActivation: ActivationName;
  useBias: boolean;
  dropout: number;
  recurrentDropout: number;
}

/**
 * A step of a GRU that resets after the product with the recurrent kernel (`reset_after=True`, the default of Keras since version 2):
 * z = σ(x·Wz + h·Uz), r = σ(x·Wr + h·Ur), c = tanh(x·Wc + r ⊙ (h·Uc)), h' = z ⊙ h + (1 − z) ⊙ c, each product with a bias.
 */
export class GRUCell extends OwnLayer<CellSettings> {
  static readonly className = 'LowbitGRUCell';
  readonly stateSize: number;
  /** What is left of the inputs and of the state in a sequence that trains with dropout; freed by the layer that has the cell. */
  dropoutMask: tf.Tensor | null = null;
  recurrentDropoutMask: tf.Tensor | null = null;
  private readonly activation: tfLayers.layers.Layer;
  private readonly recurrentActivation: tfLayers.layers.Layer;
  private kernel!: tfLayers.LayerVariable;
  private recurrentKernel!: tfLayers.LayerVariable;
  /** `[2, 3 · units]`: of the inputs, and of the state. */
  private bias?: tfLayers.LayerVariable;

  constructor(config: Settings) {
    super(config, {
      units: 1,
      activation: 'tanh',
      recurrentActivation: 'sigmoid',
      useBias: true,
      dropout: 0,
      recurrentDropout: 0,
    });
    this.stateSize = this.settings.units;
    this.activation = activationLayer(this.settings.activation);
    this.recurrentActivation = activationLayer(this.settings.recurrentActivation);
  }

  protected override makeWeights([input]: readonly Shape[]): void {
    const { units, useBias } = this.settings;
    this.kernel = this.weight('kernel', [input!.at(-1)!, 3 * units], 0);
    this.recurrentKernel = this.weight('recurrent_kernel', [units, 3 * units], 0);
    if (useBias) this.bias = this.weight('bias', [2, 3 * units], 0);
  }

  /** Of a step's inputs `[batch, features]` and the state `[batch, units]`: the output, and the next state, which is the same. */
  protected override compute(
    [x, state]: readonly tf.Tensor[],
    { training = false }: CallOptions,
  ): tf.Tensor[] {
    const { dropout, recurrentDropout } = this.settings;
    if (training && dropout > 0) this.dropoutMask ??= keptShare(x!, dropout);
    if (training && recurrentDropout > 0) this.recurrentDropoutMask ??= keptShare(state!, recurrentDropout);
    const [inputBias, stateBias] = this.bias ? tf.unstack(this.bias.read()) : [];
    const product = (
      of: tf.Tensor,
      mask: tf.Tensor | null,
      kernel: tfLayers.LayerVariable,
      bias?: tf.Tensor,
    ) => {
      const sums = tf.matMul((mask ? tf.mul(of, mask) : of) as tf.Tensor2D, kernel.read() as tf.Tensor2D);
      return tf.split(bias ? tf.add(sums, bias) : sums, 3, -1);
    };
    const [xz, xr, xc] = product(x!, this.dropoutMask, this.kernel, inputBias);
    const [hz, hr, hc] = product(state!, this.recurrentDropoutMask, this.recurrentKernel, stateBias);
    const gate = (sum: tf.Tensor) => this.recurrentActivation.call(sum, {}) as tf.Tensor;
    const update = gate(tf.add(xz!, hz!));
    const reset = gate(tf.add(xr!, hr!));
    const candidate = this.activation.call(tf.add(xc!, tf.mul(reset, hc!)), {}) as tf.Tensor;
    const next = tf.add(tf.mul(update, state!), tf.mul(tf.sub(1, update), candidate)) as tf.Tensor;
    return [next, next];
  }

  protected override resultShape([input]: readonly Shape[]): Shape {
    return [input![0]!, this.settings.units];
  }
}

function keptShare(like: tf.Tensor, rate: number): tf.Tensor {
  return tf.keep(tf.dropout(tf.onesLike(like), rate));
}
