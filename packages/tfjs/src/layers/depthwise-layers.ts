import * as tf from '@tensorflow/tfjs-core';
import type { LayerVariable } from '@tensorflow/tfjs-layers';

import type { LayerClass } from './maskless-layer.js';
import type { Settings, Shape } from './own-layer.js';
import { WindowLayer, type WindowSettings } from './window-layer.js';
import { onPictures, slide, slidLengths } from './windows.js';

interface DepthwiseSettings extends WindowSettings {
  depthMultiplier: number;
}

/** Each channel by kernels of its own; TensorFlow.js has it over pictures alone and without dilation. Kernel `[…window, in, multiplier]`. */
class DepthwiseConvolution<S extends DepthwiseSettings = DepthwiseSettings> extends WindowLayer<S> {
  private depthwise!: LayerVariable;

  protected override makeWeights([input]: readonly Shape[]): void {
    this.makeKernel(input!);
    this.makeBias(input!.at(-1)! * this.settings.depthMultiplier);
  }

  protected makeKernel(input: Shape): void {
    const shape = [...this.kernelSize, input.at(-1)!, this.settings.depthMultiplier];
    this.depthwise = this.weight('depthwise_kernel', shape, 0);
  }

  protected override resultShape([input]: readonly Shape[]): Shape {
    const lengths = slidLengths(input!.slice(1, -1), this.kernelSize, this.sliding);
    return [input![0]!, ...lengths, input!.at(-1)! * this.settings.depthMultiplier];
  }

  protected override compute([x]: readonly tf.Tensor[]): tf.Tensor {
    return this.finish(this.channelByChannel(x!));
  }

  protected channelByChannel(x: tf.Tensor): tf.Tensor {
    const { sizes, sliding } = this.onPlane;
    const kernel = this.planeKernel(this.depthwise);
    return onPictures(x, (pictures) =>
      slide(pictures, sizes, sliding, (dense, strides) =>
        tf.depthwiseConv2d(dense, kernel, strides, 'valid'),
      ),
    );
  }
}

interface SeparableSettings extends DepthwiseSettings {
  filters: number;
}

/** Sequences channel by channel, then sums over the channels. Pointwise kernel `[1, in · multiplier, filters]`. */
class SeparableConv1D extends DepthwiseConvolution<SeparableSettings> {
  static readonly className = 'LowbitSeparableConv1D';
  private pointwise!: LayerVariable;

  constructor(config: Settings) {
    super(config, 1, { depthMultiplier: 1, filters: 1 });
  }

  protected override makeWeights([input]: readonly Shape[]): void {
    const { depthMultiplier, filters } = this.settings;
    this.makeKernel(input!);
    this.pointwise = this.weight('pointwise_kernel', [1, input!.at(-1)! * depthMultiplier, filters], 0);
    this.makeBias(filters);
  }

  protected override resultShape(inputs: readonly Shape[]): Shape {
    return [...super.resultShape(inputs).slice(0, -1), this.settings.filters];
  }

  protected override compute([x]: readonly tf.Tensor[]): tf.Tensor {
    const each = this.channelByChannel(x!) as tf.Tensor3D;
    return this.finish(tf.conv1d(each, this.pointwise.read() as tf.Tensor3D, 1, 'valid'));
  }
}

const depthwiseClasses = [1, 2].map(
  (rank) =>
    class extends DepthwiseConvolution {
      static readonly className: string = `LowbitDepthwiseConv${rank}D`;

      constructor(config: Settings) {
        super(config, rank, { depthMultiplier: 1 });
      }
    },
);

export const depthwiseLayers: readonly LayerClass[] = [...depthwiseClasses, SeparableConv1D];
