import { sizeOf } from '@lowbit/core/adapter';
import { backend_util, type TensorInfo } from '@tensorflow/tfjs-core';
import { runSteps } from './steps.js';
import { attributesOf, backendOf, sidesOf, type Mend } from './wasm-backend.js';

type Four = [number, number, number, number];
type Five = [number, number, number, number, number];

interface Attributes {
  readonly strides: number | [number, number];
  readonly dilations?: number | [number, number] | null;
  readonly pad: 'same' | 'valid' | number;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
  readonly dataFormat?: 'NHWC' | 'NCHW';
  readonly filterSize: number | [number, number];
}

/**
 * Convolutions, whose padding `same` is written as numbers where strides are longer than the kernel: the backend then reads at other places
 * than it says. Of no pictures there is no result.
 */
export const convolution =
  (isDepthwise: boolean): Mend =>
  (stock) =>
  (call) => {
    const { x, filter } = call.inputs as { x: TensorInfo; filter: TensorInfo };
    const attributes = attributesOf<Attributes>(call.attrs);
    const { strides, pad, dimRoundingMode, dataFormat = 'NHWC' } = attributes;
    if (dataFormat !== 'NHWC' || (pad !== 'same' && x.shape[0] !== 0)) return stock(call);
    const info = backend_util.computeConv2DInfo(
      x.shape as Four,
      filter.shape as Four,
      strides,
      attributes.dilations ?? 1,
      pad,
      dimRoundingMode,
      isDepthwise,
    );
    if (sizeOf(info.outShape) === 0) return backendOf(call).makeOutput(info.outShape, 'float32');
    if (info.effectiveFilterHeight >= info.strideHeight && info.effectiveFilterWidth >= info.strideWidth)
      return stock(call);
    return stock({ ...call, attrs: attributesOf({ ...attributes, pad: sidesOf(info.padInfo) }) });
  };

/** Pooling over pictures, of integers as of floats; of no pictures there is no result. */
export const pooling: Mend = (stock) => (call) => {
  const { x } = call.inputs as { x: TensorInfo };
  if (x.shape[0] !== 0 && x.dtype === 'float32') return stock(call);
  const { filterSize, strides, pad, dimRoundingMode } = attributesOf<Attributes>(call.attrs);
  const { outShape } = backend_util.computePool2DInfo(
    x.shape as Four,
    filterSize,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
  if (x.shape[0] === 0) return backendOf(call).makeOutput(outShape, x.dtype);
  return runSteps(backendOf(call), (steps) => {
    const result = stock({ ...call, inputs: { x: steps.cast(x, 'float32') } }) as TensorInfo;
    return steps.cast(steps.own(result), x.dtype);
  });
};

/**
 * Maxima over windows in three dimensions `[batch, depth, height, width, channels]`, as those over pictures and then over depth. In the
 * backend's own kernel a window counts as if a number just above 0 were in it.
 */
export const maxPool3d: Mend = () => (call) => {
  const { x } = call.inputs as { x: TensorInfo };
  const { filterSize, strides, pad, dimRoundingMode } = attributesOf<
    Omit<Attributes, 'filterSize' | 'strides'> & Record<'filterSize' | 'strides', [number, number, number]>
  >(call.attrs);
  const info = backend_util.computePool3DInfo(x.shape as Five, filterSize, strides, 1, pad, dimRoundingMode);
  if (sizeOf(info.outShape) === 0) return backendOf(call).makeOutput(info.outShape, 'float32');
  const { batchSize: batch, inDepth, inHeight, inWidth, inChannels: channels } = info;
  const { outHeight, outWidth, padInfo } = info;
  return runSteps(backendOf(call), (steps) => {
    const floats = x.dtype === 'float32' ? x : steps.cast(x, 'float32');
    const pictures = steps.reshape(floats, [batch * inDepth, inHeight, inWidth, channels]);
    const flat = steps.maxPool(pictures, {
      filterSize: [info.filterHeight, info.filterWidth],
      strides: [info.strideHeight, info.strideWidth],
      pad: sidesOf(padInfo),
    });
    const layers = steps.reshape(flat, [batch, inDepth, outHeight * outWidth, channels]);
    const deep = steps.maxPool(layers, {
      filterSize: [info.filterDepth, 1],
      strides: [info.strideDepth, 1],
      pad: sidesOf({ ...padInfo, top: padInfo.front, bottom: padInfo.back, left: 0, right: 0 }),
    });
    return steps.reshape(deep, info.outShape);
  });
};
