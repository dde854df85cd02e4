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
    if (this.rank === 3) return this.finish(this.overVolumes(x as tf.Tensor5D, kernel as tf.Tensor5D));
    const shape = [batch!, ...(this.rank === 1 ? [1] : []), ...lengths] as tf.Tensor4D['shape'];
    const plane = (this.rank === 1 ? tf.expandDims(kernel, 0) : kernel) as tf.Tensor4D;
    const by = onPlane(strides) as [number, number];
    return this.finish(onPictures(x!, (pictures) => tf.conv2dTranspose(pictures, plane, shape, by, pad)));
  }

  /** TensorFlow.js takes a negative number of zeros where strides are wider than a window that begins at each place; what is cut off is cut off here. */
  private overVolumes(x: tf.Tensor5D, kernel: tf.Tensor5D): tf.Tensor {
    const { strides } = this.sliding;
    const wanted = this.resultShape([x.shape]) as number[];
    const [batch, ...lengths] = wanted.slice(0, -1);
    const whole = lengths.map((length, axis) => {
      const reached = (x.shape[axis + 1]! - 1) * strides[axis]! + kernel.shape[axis]!;
      return Math.max(length, reached);
    });
    const shape = [batch!, ...whole, wanted.at(-1)!] as tf.Tensor5D['shape'];
    const all = tf.conv3dTranspose(x, kernel, shape, strides as [number, number, number], 'valid');
    const starts = whole.map((length, axis) => Math.floor((length - lengths[axis]!) / 2));
    return tf.slice(all, [0, ...starts, 0], wanted);
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
