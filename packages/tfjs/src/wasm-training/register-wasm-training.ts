import { LowbitError } from '@lowbit/core';
import * as tf from '@tensorflow/tfjs-core';
import { batchNormGradient, isBatchNormGradient } from './batch-norm-gradient.js';
import { conv2dFilterGradient } from './conv2d-filter-gradient.js';
import { conv2dInputGradient } from '../wasm-kernels/conv2d-input-gradient.js';
import { mendWasmKernels } from '../wasm-kernels/mend-wasm-kernels.js';
import { conv3dFilterGradient } from './conv3d-filter-gradient.js';
import { depthwiseFilterGradient, depthwiseInputGradient } from './depthwise-gradients.js';
import { isHeapSlice, heapSlice } from './heap-slice.js';
import { maxPoolGradient } from './max-pool-gradient.js';
import { unsortedSegmentSum } from './unsorted-segment-sum.js';

const kernels = [
  conv2dFilterGradient,
  conv2dInputGradient,
  conv3dFilterGradient,
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
 * @throws LowbitError `runtime-missing` where the backend, or the gradients of TensorFlow.js, are not imported.
 * @example
 * import '@tensorflow/tfjs-backend-wasm';
 * import { registerWasmTraining } from '@lowbit/tfjs/wasm-training';
 *
 * await tf.setBackend('wasm');
 * registerWasmTraining();
 */
export function registerWasmTraining(): void {
  const slice = tf.getKernel('Slice', 'wasm') as tf.KernelConfig | undefined;
  if (slice === undefined) throw missing('the wasm backend', '@tensorflow/tfjs-backend-wasm');
  const norm = tf.getGradient('FusedBatchNorm') as tf.GradConfig | undefined;
  if (norm === undefined) throw missing('gradients', '@tensorflow/tfjs-core/dist/register_all_gradients.js');
  mendWasmKernels();
  for (const kernel of kernels) {
    const present = tf.getKernel(kernel.kernelName, 'wasm') as tf.KernelConfig | undefined;
    if (present?.kernelFunc === kernel.kernelFunc) continue;
    if (present !== undefined) tf.unregisterKernel(kernel.kernelName, 'wasm');
    tf.registerKernel(kernel);
  }
  if (!isHeapSlice(slice)) {
    tf.unregisterKernel('Slice', 'wasm');
    tf.registerKernel(heapSlice(slice));
  }
  if (isBatchNormGradient(norm)) return;
  tf.unregisterGradient('FusedBatchNorm');
  tf.registerGradient(batchNormGradient(norm));
}

function missing(expected: string, path: string): LowbitError {
  return new LowbitError({
    code: 'runtime-missing',
    where: 'registerWasmTraining()',
    expected: `${expected} of TensorFlow.js`,
    received: 'none',
    remedy: `Import it first: import '${path}'.`,
  });
}
