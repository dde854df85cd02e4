import * as tf from '@tensorflow/tfjs-core';

import { MasklessLayer, type LayerClass } from './maskless-layer.js';
import type { Settings, Shape } from './own-layer.js';
import { resampled, type Interpolation } from './resampling.js';
import { perAxis } from './windows.js';

/** Every axis between batch and channels a whole number of times as long. TensorFlow.js has it of pictures, by the nearest pixel. */
class UpSampling extends MasklessLayer<{ size: number | number[]; interpolation: Interpolation }> {
  constructor(config: Settings) {
    super(config, { size: 2, interpolation: 'nearest' });
  }

  protected override resultShape([input]: readonly Shape[]): Shape {
    const { size } = this.settings;
    const lengths = input!.slice(1, -1);
    const factors = perAxis(size, lengths.length);
    return [
      input![0]!,
      ...lengths.map((length, i) => (length === null ? null : length * factors[i]!)),
      input!.at(-1)!,
    ];
  }

  protected override compute([x]: readonly tf.Tensor[]): tf.Tensor {
    const lengths = this.resultShape([x!.shape]).slice(1, -1) as number[];
    return resampled(x!, lengths, this.settings.interpolation);
  }
}

interface ResizingSettings {
  height: number;
  width: number;
  interpolation: Interpolation;
  cropToAspectRatio: boolean;
  padToAspectRatio: boolean;
  fillValue: number;
}

/** Pictures of one size. */
class Resizing extends MasklessLayer<ResizingSettings> {
  static readonly className = 'LowbitResizing';

  constructor(config: Settings) {
    super(config, {
      height: 1,
      width: 1,
      interpolation: 'bilinear',
      cropToAspectRatio: false,
      padToAspectRatio: false,
      fillValue: 0,
    });
  }

  protected override resultShape([input]: readonly Shape[]): Shape {
    return [input![0]!, this.settings.height, this.settings.width, input!.at(-1)!];
  }

  protected override compute([x]: readonly tf.Tensor[]): tf.Tensor {
    const { height, width, interpolation, cropToAspectRatio, padToAspectRatio, fillValue } = this.settings;
    const size = [height, width] as const;
    const pictures = x as tf.Tensor4D;
    const framed = cropToAspectRatio
      ? cropped(pictures, fitting(pictures, size, Math.min))
      : padToAspectRatio
        ? padded(pictures, fitting(pictures, size, Math.max), fillValue)
        : pictures;
    return resampled(framed, size, interpolation);
  }
}

/** The middle of pictures; of smaller ones what fits the ratio of the sides, made larger. */
class CenterCrop extends MasklessLayer<{ height: number; width: number }> {
  static readonly className = 'LowbitCenterCrop';

  constructor(config: Settings) {
    super(config, { height: 1, width: 1 });
  }

  protected override resultShape([input]: readonly Shape[]): Shape {
    return [input![0]!, this.settings.height, this.settings.width, input!.at(-1)!];
  }

  protected override compute([x]: readonly tf.Tensor[]): tf.Tensor {
    const size = [this.settings.height, this.settings.width] as const;
    const pictures = x as tf.Tensor4D;
    const isLarge = pictures.shape[1] >= size[0] && pictures.shape[2] >= size[1];
    if (isLarge) return cropped(pictures, size);
    return resampled(cropped(pictures, fitting(pictures, size, Math.min)), size, 'bilinear');
  }
}

type Size = readonly [height: number, width: number];

/** The sides that have the ratio of `size`: the smaller or the larger ones of those that keep one of the two. */
function fitting({ shape }: tf.Tensor4D, [toHeight, toWidth]: Size, choose: typeof Math.min): Size {
  const [, height, width] = shape;
  const fit = (own: number, ratio: number) => Math.max(choose(own, Math.floor(Math.fround(ratio))), 1);
  return [fit(height, (width * toHeight) / toWidth), fit(width, (height * toWidth) / toHeight)];
}

function cropped(x: tf.Tensor4D, [height, width]: Size): tf.Tensor4D {
  const start = [x.shape[1] - height, x.shape[2] - width].map((rest) => Math.floor(rest / 2));
  return tf.slice(x, [0, ...start, 0], [x.shape[0], height, width, x.shape[3]]);
}

/** As much on both sides, as Keras does it. */
function padded(x: tf.Tensor4D, [height, width]: Size, value: number): tf.Tensor4D {
  const [rows, columns] = [height - x.shape[1], width - x.shape[2]].map((rest) => Math.floor(rest / 2));
  return tf.pad(
    x,
    [
      [0, 0],
      [rows!, rows!],
      [columns!, columns!],
      [0, 0],
    ],
    value,
  );
}

export const resizingLayers: readonly LayerClass[] = [
  ...[1, 2, 3].map(
    (rank) =>
      class extends UpSampling {
        static readonly className: string = `LowbitUpSampling${rank}D`;
      },
  ),
  Resizing,
  CenterCrop,
];
