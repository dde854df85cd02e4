import * as tf from '@tensorflow/tfjs-core';
import * as tfLayers from '@tensorflow/tfjs-layers';

import { MasklessLayer } from './maskless-layer.js';
import type { Settings } from './own-layer.js';
import { onPlane, perAxis, type Sliding } from './windows.js';

/** As in the topology: one number stands for all axes. */
export interface WindowSettings {
  kernelSize: number | number[];
  strides: number | number[];
  dilationRate: number | number[];
  padding: Sliding['padding'];
  useBias: boolean;
  activation: string;
}

const defaults: WindowSettings = {
  kernelSize: 1,
  strides: 1,
  dilationRate: 1,
  padding: 'valid',
  useBias: true,
  activation: 'linear',
};

/** A layer whose kernel moves over `rank` axes between batch and channels, with a bias and an activation behind it. */
export abstract class WindowLayer<S extends WindowSettings> extends MasklessLayer<S> {
  private readonly activation: tfLayers.layers.Layer;
  private bias: tfLayers.LayerVariable | undefined;

  /** @param others The settings of the layer besides those of every window, with their defaults. */
  constructor(
    config: Settings,
    protected readonly rank: number,
    others: Omit<S, keyof WindowSettings>,
  ) {
    super(config, { ...defaults, ...others } as S);
    this.activation = tfLayers.layers.activation({ activation: this.settings.activation as 'linear' });
  }

  protected get kernelSize(): readonly number[] {
    return perAxis(this.settings.kernelSize, this.rank);
  }

  protected get sliding(): Sliding {
    const { strides, dilationRate, padding } = this.settings;
    return { strides: perAxis(strides, this.rank), dilation: perAxis(dilationRate, this.rank), padding };
  }

  /** Sizes and movement over pictures; sequences are pictures one pixel high. */
  protected get onPlane(): { readonly sizes: readonly number[]; readonly sliding: Sliding } {
    const { strides, dilation, padding } = this.sliding;
    const sliding = { strides: onPlane(strides), dilation: onPlane(dilation), padding };
    return { sizes: onPlane(this.kernelSize), sliding };
  }

  /** The layer's bias, if it has one. */
  protected makeBias(channels: number): void {
    if (this.settings.useBias) this.bias = this.weight('bias', [channels], 0);
  }

  /** A kernel as it moves over pictures. */
  protected planeKernel(kernel: tfLayers.LayerVariable): tf.Tensor4D {
    const value = kernel.read();
    return (this.rank === 1 ? tf.expandDims(value, 0) : value) as tf.Tensor4D;
  }

  protected finish(sums: tf.Tensor): tf.Tensor {
    const shifted = this.bias === undefined ? sums : tf.add(sums, this.bias.read());
    return this.activation.call(shifted, {}) as tf.Tensor;
  }
}
