import * as tf from '@tensorflow/tfjs-core';
import { attributesOf, type Padding, type WasmBackend } from './wasm-backend.js';

type Attributes = Record<string, unknown>;

/** A window that moves over pictures. */
interface Window {
  readonly filterSize: readonly number[];
  readonly strides: readonly number[];
  readonly pad: readonly Padding[];
}

/** A chain of kernels of the wasm backend whose intermediate results are released at the end. */
export interface Steps {
  /** A copy with the axes in another order. */
  transpose(x: tf.TensorInfo, perm: readonly number[]): tf.TensorInfo;
  /** The same numbers in another shape; nothing is copied. */
  reshape(x: tf.TensorInfo, shape: readonly number[]): tf.TensorInfo;
  /** Zeros or other numbers before and after, for each axis; negative counts cut off. */
  pad(x: tf.TensorInfo, paddings: readonly Padding[], constant?: number): tf.TensorInfo;
  /** From `begin` on, every `strides`-th index, `size` of them. */
  slice(
    x: tf.TensorInfo,
    begin: readonly number[],
    size: readonly number[],
    strides: readonly number[],
  ): tf.TensorInfo;
  reverse(x: tf.TensorInfo, axes: readonly number[]): tf.TensorInfo;
  multiply(a: tf.TensorInfo, b: tf.TensorInfo): tf.TensorInfo;
  add(a: tf.TensorInfo, b: tf.TensorInfo): tf.TensorInfo;
  /** Sum over the leading axes. */
  sum(x: tf.TensorInfo, axes: readonly number[]): tf.TensorInfo;
  concat(parts: readonly tf.TensorInfo[], axis: number): tf.TensorInfo;
  /** Repeated along every axis, this many times. */
  tile(x: tf.TensorInfo, reps: readonly number[]): tf.TensorInfo;
  cast(x: tf.TensorInfo, dtype: tf.DataType): tf.TensorInfo;
  /** @param x `[batch, height, width, channels]` */
  maxPool(x: tf.TensorInfo, window: Window): tf.TensorInfo;
  /** Has a result that was made otherwise be released at the end, unless it is that of the chain. */
  own(x: tf.TensorInfo): tf.TensorInfo;
  prelu(x: tf.TensorInfo, alpha: tf.TensorInfo): tf.TensorInfo;
  /** Stride 1, no padding. */
  convolve(x: tf.TensorInfo, filter: tf.TensorInfo, dilations: readonly [number, number]): tf.TensorInfo;
  /** Stride 1, no padding. */
  convolveDepthwise(x: tf.TensorInfo, filter: tf.TensorInfo): tf.TensorInfo;
}

/** Runs a chain; its result outlives it, everything else that it made does not. */
export function runSteps(backend: WasmBackend, chain: (steps: Steps) => tf.TensorInfo): tf.TensorInfo {
  const made: tf.TensorInfo[] = [];
  const run = (
    kernelName: string,
    inputs: tf.NamedTensorInfoMap | tf.TensorInfo[],
    attrs: Attributes = {},
  ) => {
    const kernel = tf.getKernel(kernelName, 'wasm');
    const result = kernel.kernelFunc({
      inputs: inputs as tf.NamedTensorInfoMap,
      backend,
      attrs: attributesOf(attrs),
    }) as tf.TensorInfo;
    made.push(result);
    return result;
  };
  const cut = (x: tf.TensorInfo, begin: readonly number[], size: readonly number[]) =>
    run('Slice', { x }, { begin, size });
  const steps: Steps = {
    transpose: (x, perm) => run('Transpose', { x }, { perm }),
    reshape: (x, shape) => ({ dataId: x.dataId, dtype: x.dtype, shape: [...shape] }),
    pad(x, paddings, constantValue = 0) {
      const grown = paddings.map((pair) => pair.map((count) => Math.max(count, 0)));
      const isGrown = grown.flat().some((count) => count > 0);
      const larger = isGrown ? run('PadV2', { x }, { paddings: grown, constantValue }) : x;
      if (paddings.flat().every((count) => count >= 0)) return larger;
      const begin = paddings.map(([before]) => Math.max(-before, 0));
      const size = x.shape.map((count, axis) => count + paddings[axis]![0] + paddings[axis]![1]);
      return cut(larger, begin, size);
    },
    slice(x, begin, size, strides) {
      if (strides.every((stride) => stride === 1)) return cut(x, begin, size);
      const end = begin.map(
        (first, axis) => first + ((size[axis] as number) - 1) * (strides[axis] as number) + 1,
      );
      return run('StridedSlice', { x }, { begin, end, strides, ...noMasks });
    },
    reverse: (x, dims) => run('Reverse', { x }, { dims }),
    multiply: (a, b) => run('Multiply', { a, b }),
    add: (a, b) => run('Add', { a, b }),
    sum: (x, axis) => run('Sum', { x }, { axis, keepDims: false }),
    concat: (parts, axis) => run('Concat', [...parts], { axis }),
    tile: (x, reps) => run('Tile', { x }, { reps: [...reps] }),
    cast: (x, dtype) => run('Cast', { x }, { dtype }),
    maxPool: (x, window) => run('MaxPool', { x }, { ...window, dimRoundingMode: null }),
    own(x) {
      made.push(x);
      return x;
    },
    prelu: (x, alpha) => run('Prelu', { x, alpha }),
    convolve: (x, filter, dilations) => run('Conv2D', { x, filter }, { ...plain, dilations: [...dilations] }),
    convolveDepthwise: (x, filter) =>
      run('DepthwiseConv2dNative', { x, filter }, { ...plain, dilations: [1, 1] }),
  };
  const result = chain(steps);
  for (const { dataId } of made) if (dataId !== result.dataId) backend.disposeData(dataId);
  return result;
}

const noMasks = { beginMask: 0, endMask: 0, ellipsisMask: 0, newAxisMask: 0, shrinkAxisMask: 0 };
const plain = { strides: [1, 1], pad: 'valid', dataFormat: 'NHWC', dimRoundingMode: null };
