import * as tf from '@tensorflow/tfjs-core';
import type { LayerVariable } from '@tensorflow/tfjs-layers';

import type { LayerClass } from './maskless-layer.js';
import type { Settings, Shape } from './own-layer.js';
import { WindowLayer, type WindowSettings } from './window-layer.js';
import { onPictures, onPlane, perAxis, reachOf, withHoles } from './windows.js';

interface TransposedSettings extends WindowSettings {
  filters: number;
  outputPadding: number | number[] | null;
}

/** With dilation and padding of what comes out, which TensorFlow.js does not look at. Kernel `[…window, filters, in]`. */
class TransposedConvolution extends WindowLayer<TransposedSettings> {
  private kernel!: LayerVariable;

  constructor(config: Settings, rank: number) {
    super(config, rank, { filters: 1, outputPadding: null });
  }

  protected override makeWeights([input]: readonly Shape[]): void {
    const { filters } = this.settings;
    this.kernel = this.weight('kernel', [...this.kernelSize, filters, input!.at(-1)!], 0);
    this.makeBias(filters);
  }

  protected override resultShape([input]: readonly Shape[]): Shape {
    return [
      input![0]!,
      ...input!.slice(1, -1).map((length, axis) => this.lengthOf(length, axis)),
      this.settings.filters,
    ];
  }

  protected override compute([x]: readonly tf.Tensor[]): tf.Tensor {
    const [batch, ...lengths] = this.resultShape([x!.shape]) as number[];
    const { strides, dilation, padding } = this.sliding;
    const kernel = withHoles(this.kernel.read(), dilation);
    const pad = padding as 'same' | 'valid';
    if (this.rank === 3) {
      const shape = [batch!, ...lengths] as tf.Tensor5D['shape'];
      const by = strides as [number, number, number];
      return this.finish(tf.conv3dTranspose(x as tf.Tensor5D, kernel as tf.Tensor5D, shape, by, pad));
    }
    const shape = [batch!, ...(this.rank === 1 ? [1] : []), ...lengths] as tf.Tensor4D['shape'];
    const plane = (this.rank === 1 ? tf.expandDims(kernel, 0) : kernel) as tf.Tensor4D;
    const by = onPlane(strides) as [number, number];
    return this.finish(onPictures(x!, (pictures) => tf.conv2dTranspose(pictures, plane, shape, by, pad)));
  }

  /** The length of an axis of what comes out. */
  private lengthOf(length: number | null, axis: number): number | null {
    if (length === null) return null;
    const { strides, dilation, padding } = this.sliding;
    const { outputPadding } = this.settings;
    const reach = reachOf(this.kernelSize[axis]!, dilation[axis]!);
    const stride = strides[axis]!;
    if (outputPadding === null)
      return length * stride + (padding === 'same' ? 0 : Math.max(reach - stride, 0));
    const own = padding === 'same' ? reach % 2 : reach;
    return (length - 1) * stride + own + perAxis(outputPadding, this.rank)[axis]!;
  }
}

export const transposedLayers: readonly LayerClass[] = [1, 2, 3].map(
  (rank) =>
    class extends TransposedConvolution {
      static readonly className: string = `LowbitConv${rank}DTranspose`;

      constructor(config: Settings) {
        super(config, rank);
      }
    },
);
