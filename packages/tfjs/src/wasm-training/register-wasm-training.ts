import * as tf from '@tensorflow/tfjs-core';
import { batchNormGradient, isBatchNormGradient } from './batch-norm-gradient.js';
import { conv2dFilterGradient } from './conv2d-filter-gradient.js';
import { conv2dInputGradient } from './conv2d-input-gradient.js';
import { conv3dFilterGradient, conv3dInputGradient } from './conv3d-gradients.js';
import { depthwiseFilterGradient, depthwiseInputGradient } from './depthwise-gradients.js';
import { isHeapSlice, heapSlice } from './heap-slice.js';
import { maxPoolGradient } from './max-pool-gradient.js';
import { unsortedSegmentSum } from './unsorted-segment-sum.js';

const kernels = [
  conv2dFilterGradient,
  conv2dInputGradient,
  conv3dFilterGradient,
  conv3dInputGradient,
  depthwiseFilterGradient,
  depthwiseInputGradient,
  maxPoolGradient,
  unsortedSegmentSum,
];

/**
 * Gives the wasm backend of TensorFlow.js what it lacks for training: the gradients of convolutions, depthwise convolutions and
 * embeddings, right ones of convolutions in three dimensions and of maximum pooling, a faster one of batch normalization, and faster slices. Channels must be last, as everywhere on that backend. Call it once,
 * after `@tensorflow/tfjs-backend-wasm` is imported; calling it again does nothing.
 *
 * @example
 * import '@tensorflow/tfjs-backend-wasm';
 * import { registerWasmTraining } from '@lowbit/tfjs/wasm-training';
 *
 * await tf.setBackend('wasm');
 * registerWasmTraining();
 */
export function registerWasmTraining(): void {
  for (const kernel of kernels) {
    const present = tf.getKernel(kernel.kernelName, 'wasm') as tf.KernelConfig | undefined;
    if (present?.kernelFunc === kernel.kernelFunc) continue;
    if (present !== undefined) tf.unregisterKernel(kernel.kernelName, 'wasm');
    tf.registerKernel(kernel);
  }
  const slice = tf.getKernel('Slice', 'wasm');
  if (!isHeapSlice(slice)) {
    tf.unregisterKernel('Slice', 'wasm');
    tf.registerKernel(heapSlice(slice));
  }
  const norm = tf.getGradient('FusedBatchNorm');
  if (isBatchNormGradient(norm)) return;
  tf.unregisterGradient('FusedBatchNorm');
  tf.registerGradient(batchNormGradient(norm));
}
