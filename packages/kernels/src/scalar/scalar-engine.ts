import type { CheckedLayer, Engine, PackedLayer } from '../layer/packed-layer.js';
import type { Geometry, Windows } from '../layer/geometry.js';
import { finishRow } from './finish-row.js';
import { quantizeSample } from './quantize-sample.js';
import { packValues, readRow } from './packed-values.js';

/** Layers computed in TypeScript: the same integers and the same float32 results as the kernels in WebAssembly. */
export const scalarEngine: Engine = { pack };

function pack({ weights, inputs, windows, constants }: CheckedLayer): PackedLayer {
  const packed = packValues(weights);
  return {
    bytes: packed.data.byteLength + 4 * windows.outputs * 4,
    run(values, geometry, addend) {
      const output = new Float32Array(outputSize(windows, geometry));
      const row = new Int8Array(windows.outputs);
      const sums = new Int32Array(windows.outputs);
      const rows = geometry.outHeight * geometry.outWidth;
      for (let sample = 0; sample < geometry.samples; sample++) {
        const { image, scale } = quantizeSample(values, sample, windows, geometry, inputs);
        for (let at = 0; at < rows; at++) {
          sums.fill(0);
          const inputSum = sumWindow(image, at, windows, geometry, (input, value) => {
            readRow(packed, input, row);
            for (let output = 0; output < row.length; output++) sums[output]! += value * row[output]!;
          });
          const to = (sample * rows + at) * windows.outputs;
          finishRow({ sums, inputSum, scale, constants, output, to, addend });
        }
      }
      return output;
    },
    dispose: () => undefined,
  };
}

function outputSize({ outputs }: Windows, { samples, outHeight, outWidth }: Geometry): number {
  return samples * outHeight * outWidth * outputs;
}

/**
 * Visits the inputs of a window that are not 0, padding left out.
 *
 * @param visit With the number of the input in the weights, and its integer.
 * @returns The sum of the integers.
 */
function sumWindow(
  image: Int8Array,
  at: number,
  windows: Windows,
  { height, width, outWidth, top, left }: Geometry,
  visit: (input: number, value: number) => void,
): number {
  const { window, channels, strides, dilations } = windows;
  const firstY = Math.floor(at / outWidth) * strides[0] - top;
  const firstX = (at % outWidth) * strides[1] - left;
  let sum = 0;
  for (let ky = 0, input = 0; ky < window[0]; ky++)
    for (let kx = 0; kx < window[1]; kx++, input += channels) {
      const y = firstY + ky * dilations[0];
      const x = firstX + kx * dilations[1];
      if (y < 0 || y >= height || x < 0 || x >= width) continue;
      const pixel = (y * width + x) * channels;
      for (let channel = 0; channel < channels; channel++) {
        const value = image[pixel + channel]!;
        if (value === 0) continue;
        sum += value;
        visit(input + channel, value);
      }
    }
  return sum;
}
