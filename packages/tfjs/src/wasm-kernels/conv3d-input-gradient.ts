import { sizeOf } from '@lowbit/core/adapter';
import { backend_util, type KernelConfig, type TensorInfo } from '@tensorflow/tfjs-core';
import { inputGradient } from './conv2d-input-gradient.js';
import type { Geometry } from './geometry.js';
import { runSteps, type Steps } from './steps.js';
import { attributesOf, type WasmBackend } from './wasm-backend.js';

type Five = [number, number, number, number, number];

/** A convolution `[batch, depth, height, width, channels]` as flat ones: each tap of the kernel in depth is one. */
export interface Layers {
  /** Of the flat convolutions; their batch is batch · out depth. */
  readonly flat: Geometry;
  readonly batch: number;
  readonly taps: number;
  readonly depth: { readonly input: number; readonly output: number; readonly stride: number };
  /** Layers of zeros before the first. */
  readonly front: number;
  readonly channels: readonly [input: number, output: number];
}

/**
 * Gradient of a convolution in three dimensions with respect to its input, and so the transposed convolution itself. The backend's own
 * kernel, which this replaces, is wrong (TensorFlow.js 4.22).
 */
export const conv3dInputGradient: KernelConfig = {
  kernelName: 'Conv3DBackpropInputV2',
  backendName: 'wasm',
  kernelFunc({ inputs, backend, attrs }) {
    const { dy, filter } = inputs as { dy: TensorInfo; filter: TensorInfo };
    const { inputShape } = attributesOf<{ inputShape: number[] }>(attrs);
    const layers = layersOf(inputShape, filter.shape, attrs);
    const { flat, taps, channels } = layers;
    return runSteps(backend as WasmBackend, (steps) => {
      const upstream = steps.reshape(dy, [flat.batch, ...flat.output, channels[1]]);
      const size = [...flat.kernel, ...channels];
      const rows = steps.reshape(filter, [taps, sizeOf(size)]);
      const parts = each(taps, (tap) => {
        const row = steps.slice(rows, [tap, 0], [1, rows.shape[1] as number], [1, 1]);
        return inDepth(steps, inputGradient(steps, upstream, steps.reshape(row, size), flat), layers, tap);
      });
      return steps.reshape(
        parts.reduce((sum, part) => steps.add(sum, part)),
        inputShape,
      );
    });
  },
};

/** What one tap adds to the input, at the layers that it sees; zero at the others. */
function inDepth(
  steps: Steps,
  gradient: TensorInfo,
  { flat, batch, depth, front, channels }: Layers,
  tap: number,
): TensorInfo {
  const area = flat.input[0] * flat.input[1] * channels[0];
  const parted = steps.reshape(gradient, [batch, depth.output, 1, area]);
  const apart = steps.pad(parted, [
    [0, 0],
    [0, 0],
    [0, depth.stride - 1],
    [0, 0],
  ]);
  const length = depth.output * depth.stride;
  const before = tap - front;
  const placed = steps.reshape(apart, [batch, length, area]);
  return steps.pad(placed, [
    [0, 0],
    [before, depth.input - before - length],
    [0, 0],
  ]);
}

/** The sizes from shapes and the attributes of a gradient kernel. */
export function layersOf(input: readonly number[], filter: readonly number[], attributes: unknown): Layers {
  const { strides, pad } = attributes as { strides: [number, number, number]; pad: 'same' | 'valid' };
  const info = backend_util.computeConv3DInfo([...input] as Five, [...filter] as Five, strides, 1, pad);
  return {
    batch: info.batchSize,
    taps: info.filterDepth,
    depth: { input: info.inDepth, output: info.outDepth, stride: info.strideDepth },
    front: info.padInfo.front,
    channels: [info.inChannels, info.outChannels],
    flat: {
      batch: info.batchSize * info.outDepth,
      input: [info.inHeight, info.inWidth],
      output: [info.outHeight, info.outWidth],
      stride: [info.strideHeight, info.strideWidth],
      kernel: [info.filterHeight, info.filterWidth],
      before: [info.padInfo.top, info.padInfo.left],
    },
  };
}

function each<R>(count: number, make: (index: number) => R): R[] {
  return Array.from({ length: count }, (_, index) => make(index));
}
