import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import { geometryOf, inputPadding } from '../wasm-kernels/geometry.js';
import { spread } from '../wasm-kernels/spread.js';
import { runSteps, type Steps } from '../wasm-kernels/steps.js';
import { attributesOf } from '../wasm-kernels/wasm-backend.js';

/**
 * Gradient of a depthwise convolution with respect to its filter `[height, width, channels, multiplier]`, tap by tap.
 *
 *     ∂L/∂W[a, b, c, m] = Σₙᵢⱼ x[n, i·s + a − top, j·s + b − left, c] · dy[n, i, j, c·M + m]
 */
export const depthwiseFilterGradient: KernelConfig = {
  kernelName: 'DepthwiseConv2dNativeBackpropFilter',
  backendName: 'wasm',
  kernelFunc({ inputs, backend, attrs }) {
    const { x, dy } = inputs as { x: TensorInfo; dy: TensorInfo };
    const { filterShape } = attributesOf<{ filterShape: [number, number, number, number] }>(attrs);
    const geometry = geometryOf(x.shape, filterShape, attrs, true);
    const [height, width, channels, multiplier] = filterShape;
    const { batch, output, stride } = geometry;
    return runSteps(backend as never, (steps) => {
      const padded = steps.pad(x, [[0, 0], inputPadding(geometry, 0), inputPadding(geometry, 1), [0, 0]]);
      const upstream = steps.reshape(dy, [batch * output[0] * output[1], channels, multiplier]);
      const tap = (row: number, column: number) => {
        const size = [batch, output[0], output[1], channels];
        const seen = steps.slice(padded, [0, row, column, 0], size, [1, stride[0], stride[1], 1]);
        const rows = steps.reshape(seen, [batch * output[0] * output[1], channels, 1]);
        return steps.reshape(steps.sum(steps.multiply(rows, upstream), [0]), [1, channels, multiplier]);
      };
      const taps = Array.from({ length: height * width }, (_, i) => tap(Math.floor(i / width), i % width));
      return steps.reshape(taps.length === 1 ? (taps[0] as TensorInfo) : steps.concat(taps, 0), filterShape);
    });
  },
};

/** Gradient of a depthwise convolution with respect to its input: the turned filter over the upstream gradient. */
export const depthwiseInputGradient: KernelConfig = {
  kernelName: 'DepthwiseConv2dNativeBackpropInput',
  backendName: 'wasm',
  kernelFunc({ inputs, backend, attrs }) {
    const { dy, filter } = inputs as { dy: TensorInfo; filter: TensorInfo };
    const { inputShape } = attributesOf<{ inputShape: number[] }>(attrs);
    const geometry = geometryOf(inputShape, filter.shape, attrs, true);
    const multiplier = filter.shape[3] as number;
    return runSteps(backend as never, (steps) => {
      const apart = spread(steps, dy, geometry);
      const turned = steps.reverse(filter, [0, 1]);
      const parts = Array.from({ length: multiplier }, (_, m) =>
        steps.convolveDepthwise(everyChannel(steps, apart, m, multiplier), nthFilter(steps, turned, m)),
      );
      return parts.reduce((sum, each) => steps.add(sum, each));
    });
  },
};

/** The channels m, m + M, m + 2·M …: those that filter m of each input channel made. */
function everyChannel(steps: Steps, x: TensorInfo, m: number, multiplier: number): TensorInfo {
  if (multiplier === 1) return x;
  const size = [...x.shape.slice(0, 3), (x.shape[3] as number) / multiplier];
  return steps.slice(x, [0, 0, 0, m], size, [1, 1, 1, multiplier]);
}

function nthFilter(steps: Steps, filter: TensorInfo, m: number): TensorInfo {
  if (filter.shape[3] === 1) return filter;
  return steps.slice(filter, [0, 0, 0, m], [...filter.shape.slice(0, 3), 1], [1, 1, 1, 1]);
}
