import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import { layersOf } from '../wasm-kernels/conv3d-input-gradient.js';
import { runSteps } from '../wasm-kernels/steps.js';
import { attributesOf } from '../wasm-kernels/wasm-backend.js';
import { filterGradient } from './conv2d-filter-gradient.js';

/**
 * Gradient of a convolution in three dimensions with respect to its filter, tap by tap in depth as flat convolutions. The backend's own
 * kernel, which this replaces, is wrong for strides above 1 (TensorFlow.js 4.22).
 */
export const conv3dFilterGradient: KernelConfig = {
  kernelName: 'Conv3DBackpropFilterV2',
  backendName: 'wasm',
  kernelFunc({ inputs, backend, attrs }) {
    const { x, dy } = inputs as { x: TensorInfo; dy: TensorInfo };
    const { filterShape } = attributesOf<{ filterShape: number[] }>(attrs);
    const layers = layersOf(x.shape, filterShape, attrs);
    const { flat, batch, taps, depth, front, channels } = layers;
    const area = flat.input[0] * flat.input[1] * channels[0];
    return runSteps(backend as never, (steps) => {
      const back = (depth.output - 1) * depth.stride + taps - depth.input - front;
      const whole = steps.reshape(x, [batch, depth.input, area]);
      const padded = steps.pad(whole, [
        [0, 0],
        [front, back],
        [0, 0],
      ]);
      const upstream = steps.reshape(dy, [flat.batch, ...flat.output, channels[1]]);
      const parts = Array.from({ length: taps }, (_, tap) => {
        const seen = steps.slice(padded, [0, tap, 0], [batch, depth.output, area], [1, depth.stride, 1]);
        const pictures = steps.reshape(seen, [flat.batch, ...flat.input, channels[0]]);
        return steps.reshape(filterGradient(steps, pictures, upstream, flat), [1, ...filterShape.slice(1)]);
      });
      return steps.reshape(steps.concat(parts, 0), filterShape);
    });
  },
};
