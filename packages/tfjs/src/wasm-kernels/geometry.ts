import * as tf from '@tensorflow/tfjs-core';

/** Sizes of a convolution `[batch, height, width, channels]`. */
export interface Geometry {
  readonly batch: number;
  readonly input: readonly [height: number, width: number];
  readonly output: readonly [height: number, width: number];
  readonly stride: readonly [number, number];
  readonly kernel: readonly [number, number];
  /** Zeros before the first row and column. */
  readonly before: readonly [number, number];
}

type Attributes = Record<'strides' | 'pad' | 'dimRoundingMode', unknown> & { readonly dataFormat?: unknown };
type Four = [number, number, number, number];

/** The sizes from the shapes and the attributes of a gradient kernel. */
export function geometryOf(
  input: readonly number[],
  filter: readonly number[],
  attributes: unknown,
  isDepthwise: boolean,
): Geometry {
  const { strides, pad, dimRoundingMode, dataFormat } = attributes as Attributes;
  if (dataFormat !== undefined && dataFormat !== 'NHWC')
    throw new Error(
      `the wasm backend computes convolutions with channels last only, not ${String(dataFormat)}`,
    );
  const info = tf.backend_util.computeConv2DInfo(
    [...input] as Four,
    [...filter] as Four,
    strides as [number, number],
    1,
    pad as 'same',
    dimRoundingMode as 'floor',
    isDepthwise,
    'channelsLast',
  );
  return {
    batch: info.batchSize,
    input: [info.inHeight, info.inWidth],
    output: [info.outHeight, info.outWidth],
    stride: [info.strideHeight, info.strideWidth],
    kernel: [info.filterHeight, info.filterWidth],
    before: [info.padInfo.top, info.padInfo.left],
  };
}

/** Rows (axis 0) or columns (axis 1) of the padded input that the kernel reaches. */
function reach({ output, stride, kernel }: Geometry, axis: 0 | 1): number {
  return (output[axis] - 1) * stride[axis] + kernel[axis];
}

/** Zeros around the input, so that the kernel reaches exactly what there is; negative where it does not reach the end. */
export function inputPadding(geometry: Geometry, axis: 0 | 1): [number, number] {
  const before = geometry.before[axis];
  return [before, reach(geometry, axis) - geometry.input[axis] - before];
}
