import * as tf from '@tensorflow/tfjs-core';
import { conv3dInputGradient } from './conv3d-input-gradient.js';
import { largest, matMul, reduction, sameShape, smallest, transpose } from './empty.js';
import {
  channelsOfDepthwise,
  channelsOfFilter,
  channelsOfMatrix,
  fusedMatMul,
  slopesApart,
} from './fused.js';
import { gather, oneHot, stridedSlice } from './picks.js';
import { onTwo, pad, prelu } from './shapes.js';
import { cast, clip, ofFloats, reverse, select } from './types.js';
import type { Mend } from './wasm-backend.js';
import { convolution, maxPool3d, pooling } from './windows.js';

/** By name of the kernel. */
const mends: Readonly<Record<string, Mend>> = {
  Conv2D: convolution(false),
  FusedConv2D: slopesApart(channelsOfFilter, convolution(false)),
  DepthwiseConv2dNative: convolution(true),
  FusedDepthwiseConv2D: slopesApart(channelsOfDepthwise, convolution(true)),
  Conv3DBackpropInputV2: () => conv3dInputGradient.kernelFunc as ReturnType<Mend>,
  MaxPool: pooling,
  AvgPool: pooling,
  MaxPool3D: maxPool3d,
  Prelu: prelu,
  Add: onTwo,
  Sub: onTwo,
  Multiply: onTwo,
  RealDiv: onTwo,
  SquaredDifference: onTwo,
  PadV2: pad,
  Sum: reduction(() => 0),
  Mean: reduction(() => NaN, 'float32'),
  Prod: reduction(() => 1),
  Max: reduction(smallest),
  Min: reduction(largest),
  All: reduction(() => 1),
  Any: reduction(() => 0),
  Cumsum: sameShape,
  Cumprod: sameShape,
  Transpose: transpose,
  BatchMatMul: matMul,
  _FusedMatMul: slopesApart(channelsOfMatrix, fusedMatMul),
  Cast: cast,
  Reverse: reverse,
  Select: select,
  FusedBatchNorm: ofFloats,
  Acosh: ofFloats,
  Expm1: ofFloats,
  Log1p: ofFloats,
  Reciprocal: ofFloats,
  ClipByValue: clip,
  OneHot: oneHot,
  GatherV2: gather,
  StridedSlice: stridedSlice,
};

const mended = new WeakSet<tf.KernelFunc>();

/**
 * Makes the kernels of the wasm backend right that compute otherwise than those of other backends, for the calls of which they do: others go
 * to them as before. Does nothing where that backend is not imported, and for kernels that were mended before.
 */
export function mendWasmKernels(): void {
  for (const [name, mend] of Object.entries(mends)) {
    const stock = tf.getKernel(name, 'wasm') as tf.KernelConfig | undefined;
    if (stock === undefined || mended.has(stock.kernelFunc)) continue;
    const kernelFunc = mend(stock.kernelFunc) as tf.KernelFunc;
    mended.add(kernelFunc);
    tf.unregisterKernel(name, 'wasm');
    tf.registerKernel({ ...stock, kernelFunc });
  }
}
