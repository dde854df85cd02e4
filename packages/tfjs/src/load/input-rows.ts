import { sizeOf, type WriteInputs } from '@lowbit/core/adapter';
import * as tf from '@tensorflow/tfjs-core';

/** What a kernel, as a matrix, is multiplied by. */
export interface InputRows {
  /** How many inputs there are: positions of all samples. */
  readonly count: number;
  /** Of the output. */
  readonly shape: number[];
  /** Lays out the values of the layer's input. */
  write(values: Float32Array): WriteInputs;
}

/** What is read of a convolution of one or two dimensions. */
interface Windows {
  readonly strides: readonly number[];
  readonly dilationRate: readonly number[];
  readonly padding: 'same' | 'valid';
}

/** Of a Dense layer: the last axis of the input. */
export function rowsOf(input: readonly number[], [depth, width]: readonly number[]): InputRows {
  const outside = input.slice(0, -1);
  const count = sizeOf(outside);
  return {
    count,
    shape: [...outside, width!],
    write: (values) => (into, from, to, columns) => {
      for (let row = from; row < to; row++)
        for (let m = 0; m < count; m++) into[(row - from) * columns + m] = values[m * depth! + row]!;
    },
  };
}

/** Of a convolution of one or two dimensions, channels last: windows of the input, row after row. */
export function windowsOf(layer: Windows, input: readonly number[], kernel: readonly number[]): InputRows {
  const info = convolutionInfo(layer, input, kernel);
  const { batchSize, outHeight, outWidth, inHeight, inWidth, inChannels, outChannels, padInfo } = info;
  const count = batchSize * outHeight * outWidth;
  const [batch, ...rest] = [batchSize, outHeight, outWidth, outChannels];
  /** Where the values begin that each window has at a cell of the kernel; −1 in the border. */
  const begins = new Int32Array(count);
  const findBegins = (cell: number) => {
    const top = Math.floor(cell / info.filterWidth) * info.dilationHeight - padInfo.top;
    const left = (cell % info.filterWidth) * info.dilationWidth - padInfo.left;
    for (let m = 0; m < count; m++) {
      const line = Math.floor(m / outWidth);
      const y = (line % outHeight) * info.strideHeight + top;
      const x = (m % outWidth) * info.strideWidth + left;
      const isInside = y >= 0 && y < inHeight && x >= 0 && x < inWidth;
      begins[m] = isInside ? ((Math.floor(line / outHeight) * inHeight + y) * inWidth + x) * inChannels : -1;
    }
  };
  return {
    count,
    shape: [batch, ...(input.length === 3 ? rest.slice(1) : rest)],
    write: (values) => (into, from, to, columns) => {
      for (let row = from; row < to; row++) {
        const channel = row % inChannels;
        if (row === from || channel === 0) findBegins((row - channel) / inChannels);
        const at = (row - from) * columns;
        for (let m = 0; m < count; m++) into[at + m] = begins[m]! < 0 ? 0 : values[begins[m]! + channel]!;
      }
    },
  };
}

type Four = [number, number, number, number];

/** As TensorFlow.js sees it, to which a convolution of one dimension is one of height 1. */
function convolutionInfo(
  { strides, dilationRate, padding }: Windows,
  input: readonly number[],
  kernel: readonly number[],
) {
  const isLine = input.length === 3;
  const shape = (isLine ? [input[0], 1, ...input.slice(1)] : input) as Four;
  const filter = (isLine ? [1, ...kernel] : kernel) as Four;
  const pair = (sizes: readonly number[]) => (isLine ? [1, sizes[0]] : sizes) as [number, number];
  return tf.backend_util.computeConv2DInfo(shape, filter, pair(strides), pair(dilationRate), padding);
}
