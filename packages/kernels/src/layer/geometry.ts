import type { Conv2dLayer, DepthwiseConv2dLayer, Padding } from './layer.js';

/** A layer as windows over images. A dense layer is one with images of one pixel. */
export interface Windows {
  /** Height and width of the window, its input channels. */
  readonly window: readonly [number, number];
  readonly channels: number;
  readonly outputs: number;
  /** Whether each output sees one input channel alone, output o that of o · channels / outputs, rounded down. */
  readonly isDepthwise: boolean;
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  readonly padding: Padding;
}

/** Where everything of a sample lies. Images have a border of zeros, so that no window leaves them. */
export interface Geometry {
  readonly samples: number;
  readonly height: number;
  readonly width: number;
  readonly outHeight: number;
  readonly outWidth: number;
  /** Rows and columns of zeros before the first of the image. */
  readonly top: number;
  readonly left: number;
  /** Size with the border: as far as windows reach, and for the width, all columns of the input that they reach. */
  readonly bordered: readonly [number, number];
  /** Rows and columns of the input that windows reach. */
  readonly reached: readonly [number, number];
}

/** How the windows of a layer lie over a batch of images. */
export function geometryOf(windows: Windows, [samples, height, width]: readonly number[]): Geometry {
  const vertical = alongAxis(windows, 0, height!);
  const horizontal = alongAxis(windows, 1, width!);
  return {
    samples: samples!,
    height: height!,
    width: width!,
    outHeight: vertical.out,
    outWidth: horizontal.out,
    top: vertical.before,
    left: horizontal.before,
    bordered: [vertical.bordered, horizontal.bordered],
    reached: [vertical.reached, horizontal.reached],
  };
}

function alongAxis({ window, strides, dilations, padding }: Windows, axis: 0 | 1, size: number) {
  const stride = strides[axis];
  const extent = (window[axis] - 1) * dilations[axis] + 1;
  const isSame = padding === 'same';
  const [given, after] = typeof padding === 'string' ? ([0, 0] as const) : padding[axis];
  const out = Math.max(0, Math.ceil((isSame ? size : size + given + after - extent + 1) / stride));
  if (out === 0) return { out, before: 0, bordered: 0, reached: 0 };
  const bordered = (out - 1) * stride + extent;
  const before = isSame ? Math.floor(Math.max(0, bordered - size) / 2) : given;
  return { out, before, bordered, reached: Math.max(0, Math.min(size, bordered - before)) };
}

/** The windows of a convolution. */
export function windowsOf(layer: Conv2dLayer): Windows {
  return { ...windowsOver(layer), outputs: layer.weights.shape[3]!, isDepthwise: false };
}

/** The windows of a depthwise convolution. */
export function windowsOfDepthwise(layer: DepthwiseConv2dLayer): Windows {
  const [, , channels, multiplier] = layer.weights.shape;
  return { ...windowsOver(layer), outputs: channels! * multiplier!, isDepthwise: true };
}

function windowsOver({ weights, strides, dilations, padding }: Conv2dLayer | DepthwiseConv2dLayer) {
  const [height, width, channels] = weights.shape as [number, number, number];
  return {
    window: [height, width] as const,
    channels,
    strides: strides ?? ([1, 1] as const),
    dilations: dilations ?? ([1, 1] as const),
    padding: padding ?? ('valid' as const),
  };
}

/** The windows of a dense layer over samples that are rows. */
export function windowsOfDense([channels, outputs]: readonly number[]): Windows {
  const one = [1, 1] as const;
  return {
    window: one,
    channels: channels!,
    outputs: outputs!,
    isDepthwise: false,
    strides: one,
    dilations: one,
    padding: 'valid',
  };
}
