import { type WindowAxis, windowPlaces } from '@lowbit/core/adapter';
import * as tf from '@tensorflow/tfjs-core';
import type { KernelCall } from './watch-kernels.js';

/** How windows lie in a tensor `[samples, …places, channels]`, or channels second. */
export interface Windows {
  readonly axes: readonly WindowAxis[];
  readonly isChannelsFirst: boolean;
}

/** What the windows of a tensor's values hold. */
export function patchesOf(
  { shape }: tf.Tensor,
  { axes, isChannelsFirst }: Windows,
  values: ArrayLike<number>,
  entry: (at: number) => number,
) {
  const { positions, area, places } = windowPlaces(axes);
  const channels = (isChannelsFirst ? shape[1] : shape.at(-1)) as number;
  const plane = tf.util.sizeFromShape(axes.map(({ size }) => size));
  const [perPlace, perChannel] = isChannelsFirst ? [1, plane] : [channels, 1];
  return {
    count: (shape[0] as number) * positions,
    area,
    valueAt(row: number, place: number, channel: number): number {
      const own = places[(row % positions) * area + place] as number;
      const from = entry(Math.floor(row / positions)) * plane * channels;
      return own < 0 ? 0 : (values[from + own * perPlace + channel * perChannel] as number);
    },
  };
}

type Settings = Readonly<{
  strides: number | [number, number] | [number, number, number];
  pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
  dataFormat?: 'NHWC' | 'NCHW' | 'NDHWC';
  dilations?: null | number | [number, number] | [number, number, number];
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
  inputShape?: readonly number[];
}>;

type Shape4 = [number, number, number, number];
type Shape5 = [number, number, number, number, number];

/** @param shape Of what the windows move over: of a transposed convolution, its output. */
export function windows2d(
  shape: readonly number[],
  filter: tf.Tensor,
  given: KernelCall['settings'],
  isDepthwise: boolean,
) {
  const { strides, pad, dataFormat = 'NHWC', dilations, dimRoundingMode } = given as Settings;
  const info = tf.backend_util.computeConv2DInfo(
    shape as Shape4,
    filter.shape as Shape4,
    strides as [number, number],
    (dilations ?? 1) as [number, number],
    pad,
    dimRoundingMode,
    isDepthwise,
    dataFormat === 'NCHW' ? 'channelsFirst' : 'channelsLast',
  );
  const axes = [
    {
      ...{ size: info.inHeight, kernel: info.filterHeight, stride: info.strideHeight },
      ...{ dilation: info.dilationHeight, before: info.padInfo.top, outputs: info.outHeight },
      transposed: false,
    },
    {
      ...{ size: info.inWidth, kernel: info.filterWidth, stride: info.strideWidth },
      ...{ dilation: info.dilationWidth, before: info.padInfo.left, outputs: info.outWidth },
      transposed: false,
    },
  ];
  return { axes, isChannelsFirst: dataFormat === 'NCHW' };
}

export function windows3d(
  shape: readonly number[],
  filter: tf.Tensor,
  given: KernelCall['settings'],
): Windows {
  const { strides, pad, dilations } = given as Settings;
  const info = tf.backend_util.computeConv3DInfo(
    shape as Shape5,
    filter.shape as Shape5,
    strides as [number, number, number],
    (dilations ?? 1) as [number, number, number],
    pad as 'same' | 'valid',
  );
  const { padInfo } = info;
  const sizes = [info.inDepth, info.inHeight, info.inWidth];
  const outputs = [info.outDepth, info.outHeight, info.outWidth];
  const kernel = [info.filterDepth, info.filterHeight, info.filterWidth];
  const strideOf = [info.strideDepth, info.strideHeight, info.strideWidth];
  const dilationOf = [info.dilationDepth, info.dilationHeight, info.dilationWidth];
  const before = [padInfo.front, padInfo.top, padInfo.left];
  const axes = sizes.map((size, axis) => ({
    ...{ size, kernel: kernel[axis] as number, stride: strideOf[axis] as number },
    ...{ dilation: dilationOf[axis] as number, before: before[axis] as number },
    outputs: outputs[axis] as number,
    transposed: false,
  }));
  return { axes, isChannelsFirst: false };
}

/** The windows that the outputs of a transposed convolution are made of: those of the convolution whose gradient it is, the other way. */
export const turned = ({ axes, isChannelsFirst }: Windows): Windows => ({
  axes: axes.map((axis) => ({ ...axis, size: axis.outputs, outputs: axis.size, transposed: true })),
  isChannelsFirst,
});
