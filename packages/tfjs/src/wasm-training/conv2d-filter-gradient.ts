import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import { geometryOf, inputPadding, type Geometry } from '../wasm-kernels/geometry.js';
import { runSteps, type Steps } from '../wasm-kernels/steps.js';
import { attributesOf } from '../wasm-kernels/wasm-backend.js';

/**
 * Gradient of a convolution with respect to its filter, as one convolution: channels take the place of samples, samples that of
 * channels, the upstream gradient is the filter, and the stride is its dilation.
 *
 *     ∂L/∂W[a, b, c, o] = Σₙᵢⱼ x[n, i·s + a − top, j·s + b − left, c] · dy[n, i, j, o]
 */
export const conv2dFilterGradient: KernelConfig = {
  kernelName: 'Conv2DBackpropFilter',
  backendName: 'wasm',
  kernelFunc({ inputs, backend, attrs }) {
    const { x, dy } = inputs as { x: TensorInfo; dy: TensorInfo };
    const { filterShape } = attributesOf<{ filterShape: number[] }>(attrs);
    const geometry = geometryOf(x.shape, filterShape, attrs, false);
    return runSteps(backend as never, (steps) => filterGradient(steps, x, dy, geometry));
  },
};

/** @param x `[batch, height, width, channels]` */
export function filterGradient(steps: Steps, x: TensorInfo, dy: TensorInfo, geometry: Geometry): TensorInfo {
  const samplesLast = steps.transpose(x, [3, 1, 2, 0]);
  const rows = inputPadding(geometry, 0);
  const padded = steps.pad(samplesLast, [[0, 0], rows, inputPadding(geometry, 1), [0, 0]]);
  const upstream = steps.transpose(dy, [1, 2, 0, 3]);
  const gradient = steps.convolve(padded, upstream, [...geometry.stride]);
  return steps.transpose(gradient, [1, 2, 0, 3]);
}
