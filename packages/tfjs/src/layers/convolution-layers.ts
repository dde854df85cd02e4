import * as tf from '@tensorflow/tfjs-core';
import type { LayerVariable } from '@tensorflow/tfjs-layers';

import type { LayerClass } from './maskless-layer.js';
import type { Settings, Shape } from './own-layer.js';
import { WindowLayer, type WindowSettings } from './window-layer.js';
import { onPictures, slide, slidLengths, zerosAround } from './windows.js';

interface ConvolutionSettings extends WindowSettings {
  filters: number;
  groups: number;
}

/** With groups and causal padding, which TensorFlow.js lacks. Kernel `[…window, in / groups, filters]`. */
class Convolution extends WindowLayer<ConvolutionSettings> {
  private kernel!: LayerVariable;

  constructor(config: Settings, rank: number) {
    super(config, rank, { filters: 1, groups: 1 });
  }

  protected override makeWeights([input]: readonly Shape[]): void {
    const { filters, groups } = this.settings;
    this.kernel = this.weight('kernel', [...this.kernelSize, input!.at(-1)! / groups, filters], 0);
    this.makeBias(filters);
  }

  protected override resultShape([input]: readonly Shape[]): Shape {
    const lengths = slidLengths(input!.slice(1, -1), this.kernelSize, this.sliding);
    return [input![0]!, ...lengths, this.settings.filters];
  }

  protected override compute([x]: readonly tf.Tensor[]): tf.Tensor {
    return this.finish(this.rank === 3 ? this.overVolumes(x as tf.Tensor5D) : this.overPictures(x!));
  }

  private overPictures(x: tf.Tensor): tf.Tensor {
    const { sizes, sliding } = this.onPlane;
    const kernel = this.planeKernel(this.kernel);
    return onPictures(x, (pictures) =>
      slide(pictures, sizes, sliding, (dense, strides) =>
        this.byGroups(dense, kernel, (part, own) => tf.conv2d(part, own, strides, 'valid')),
      ),
    );
  }

  private overVolumes(x: tf.Tensor5D): tf.Tensor {
    const { strides, dilation } = this.sliding;
    const around = zerosAround(x.shape.slice(1, -1), this.kernelSize, this.sliding);
    const padded = tf.pad(x, [[0, 0], ...around, [0, 0]]);
    const kernel = this.kernel.read() as tf.Tensor5D;
    return this.byGroups(padded, kernel, (part, own) =>
      tf.conv3d(part, own, strides as Triple, 'valid', 'NDHWC', dilation as Triple),
    );
  }

  /** Each group of filters sees its own part of the channels. */
  private byGroups<T extends tf.Tensor>(
    x: T,
    kernel: T,
    convolve: (x: T, kernel: T) => tf.Tensor,
  ): tf.Tensor {
    const { groups } = this.settings;
    if (groups === 1) return convolve(x, kernel);
    const kernels = tf.split(kernel, groups, -1);
    const parts = tf.split(x, groups, -1).map((part, i) => convolve(part as T, kernels[i] as T));
    return tf.concat(parts, -1);
  }
}

type Triple = [number, number, number];

export const convolutionLayers: readonly LayerClass[] = [1, 2, 3].map(
  (rank) =>
    class extends Convolution {
      static readonly className: string = `LowbitConv${rank}D`;

      constructor(config: Settings) {
        super(config, rank);
      }
    },
);
