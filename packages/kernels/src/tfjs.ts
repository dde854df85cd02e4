import { backend } from '@tensorflow/tfjs-core';
import type { Capabilities, Variant } from './capabilities.js';
import { kernelsOver, type KernelsOptions } from './create-kernels.js';
import type { Conv2dLayer, DenseLayer, DepthwiseConv2dLayer, SequenceLayer } from './layer/layer.js';
import { memoryOf } from './tfjs/backend-memory.js';
import type { BinaryKernel } from './wasm/wasm-engine.js';
import { tensorOperation, type TensorOperation } from './tfjs/tensor-operation.js';

export type { TensorOperation } from './tfjs/tensor-operation.js';

/** Makes operations of quantized layers that take tensors of TensorFlow.js and give tensors. */
export interface TensorKernels {
  readonly variant: Variant;
  /** What multiplies signs with weights of 1 bit; `undefined` in `scalar`. */
  readonly binary: BinaryKernel | undefined;
  readonly capabilities: Capabilities;
  /** Whether operations compute in the memory of the backend that was chosen when they were made, so that nothing is copied there. */
  readonly sharesMemory: boolean;
  /** @throws LowbitError `invalid-argument`, `unsupported-option` or `unsupported-bits` for a layer that is wrong. */
  dense(layer: DenseLayer): TensorOperation;
  /** @throws as `dense`. */
  conv2d(layer: Conv2dLayer): TensorOperation;
  /** @throws as `dense`. */
  depthwiseConv2d(layer: DepthwiseConv2dLayer): TensorOperation;
  /** As `Kernels.sequence`. @throws as `dense`. */
  sequence(layers: readonly SequenceLayer[]): TensorOperation;
}

/**
 * The kernels of this host for TensorFlow.js. On the backend `wasm`, chosen before, they compute where its tensors are; on others, and where its
 * memory cannot be used, values are copied out of the backend and into it again.
 *
 * @throws LowbitError `runtime-missing` for a variant that the host lacks, `invalid-argument` for one that is none.
 */
export async function createTensorKernels(options: KernelsOptions = {}): Promise<TensorKernels> {
  const own = memoryOf(backend());
  const { kernels, heap } = await kernelsOver(options, own?.heap, 'createTensorKernels(options)');
  const memory = heap === own?.heap ? own : undefined;
  return {
    variant: kernels.variant,
    binary: kernels.binary,
    capabilities: kernels.capabilities,
    sharesMemory: memory !== undefined,
    dense: (layer) => tensorOperation(kernels.dense(layer), memory),
    conv2d: (layer) => tensorOperation(kernels.conv2d(layer), memory),
    depthwiseConv2d: (layer) => tensorOperation(kernels.depthwiseConv2d(layer), memory),
    sequence: (layers) => tensorOperation(kernels.sequence(layers), memory),
  };
}
