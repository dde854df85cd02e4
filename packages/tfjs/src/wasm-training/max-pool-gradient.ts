import { backend_util, type KernelConfig, type TensorInfo } from '@tensorflow/tfjs-core';
import { attributesOf, type WasmBackend } from '../wasm-kernels/wasm-backend.js';

type Four = [number, number, number, number];
type Values = Float32Array | Int32Array;
type Pooling = backend_util.Conv2DInfo;

/**
 * Gradient of maximum pooling: what comes back of each window goes to the first of its largest values. The backend's own kernel, which
 * this replaces, takes the first value of a window in which all are negative (TensorFlow.js 4.22).
 */
export const maxPoolGradient: KernelConfig = {
  kernelName: 'MaxPoolGrad',
  backendName: 'wasm',
  kernelFunc({ inputs, backend, attrs }) {
    const { dy, input } = inputs as { dy: TensorInfo; input: TensorInfo };
    const { filterSize, strides, pad, dimRoundingMode } = attributesOf<Record<string, never>>(attrs);
    const pooling = backend_util.computePool2DInfo(
      input.shape as Four,
      filterSize,
      strides,
      1,
      pad,
      dimRoundingMode,
    );
    const wasm = backend as WasmBackend;
    const output = wasm.makeOutput(input.shape, 'float32');
    const [dx, x, upstream] = [output, input, dy].map((tensor) => wasm.typedArrayFromHeap(tensor)) as [
      Values,
      Values,
      Values,
    ];
    dx.fill(0);
    const { batchSize, outHeight, outWidth } = pooling;
    const windows = batchSize * outHeight * outWidth;
    for (let window = 0; window < windows; window++) giveBack(dx, x, upstream, pooling, window);
    return output;
  },
};

/** Adds what comes back of one window, channel by channel. */
function giveBack(dx: Values, x: Values, upstream: Values, pooling: Pooling, window: number): void {
  const { outHeight, outWidth, inHeight, inWidth, inChannels: channels } = pooling;
  const column = window % outWidth;
  const row = Math.floor(window / outWidth) % outHeight;
  const picture = Math.floor(window / (outWidth * outHeight)) * inHeight * inWidth;
  const [top, bottom] = span(row, pooling.strideHeight, pooling.padInfo.top, pooling.filterHeight, inHeight);
  const [left, right] = span(column, pooling.strideWidth, pooling.padInfo.left, pooling.filterWidth, inWidth);
  for (let channel = 0; channel < channels; channel++) {
    let best = -1;
    for (let y = top; y < bottom; y++)
      for (let at = left; at < right; at++) {
        const index = (picture + y * inWidth + at) * channels + channel;
        if (best < 0 || (x[index] as number) > (x[best] as number)) best = index;
      }
    if (best >= 0) dx[best] = (dx[best] as number) + (upstream[window * channels + channel] as number);
  }
}

/** Rows or columns of the input that a window covers, from the first to behind the last. */
function span(index: number, stride: number, before: number, size: number, length: number): [number, number] {
  const first = index * stride - before;
  return [Math.max(first, 0), Math.min(first + size, length)];
}
