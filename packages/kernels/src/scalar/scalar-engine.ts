import type { CheckedLayer, Engine, PackedLayer } from '../layer/packed-layer.js';
import type { Geometry, Windows } from '../layer/geometry.js';
import { firstOrder } from '../layer/constants.js';
import { gatherPatches, geometryOfRows, isOfPatches, layerOfPatches } from '../layer/patches.js';
import { finishRow } from './finish-row.js';
import { quantizeSample, subtractSigns } from './quantize-sample.js';
import { packValues, readRow } from './packed-values.js';

/** Layers computed in TypeScript: the same integers and the same float32 results as the kernels in WebAssembly. */
export const scalarEngine: Engine = { pack };

/** A layer alone. */
interface ScalarLayer {
  readonly bytes: number;
  run(values: Float32Array, geometry: Geometry, addend: Float32Array | undefined): Float32Array;
}

/** One after the other. */
function pack(layers: readonly CheckedLayer[]): PackedLayer {
  const packed = layers.map(packLayer);
  return {
    bytes: packed.map(({ bytes }) => bytes),
    run: (values, geometries, addend) =>
      packed.reduce(
        (between, layer, at) =>
          layer.run(between, geometries[at]!, at === packed.length - 1 ? addend : undefined),
        values,
      ),
    dispose: () => undefined,
  };
}

function packLayer(layer: CheckedLayer): ScalarLayer {
  if (!isOfPatches(layer)) return packOrders(layer);
  const { windows } = layer;
  const ofRows = layerOfPatches(layer);
  const packed = packOrders(ofRows);
  return {
    ...packed,
    run(values, geometry, addend) {
      const rows = geometry.samples * geometry.outHeight * geometry.outWidth;
      const patches = new Float32Array(rows * ofRows.windows.channels);
      gatherPatches(values, windows, geometry, patches);
      return packed.run(patches, geometryOfRows(rows), addend);
    },
  };
}

/** Of signs of the second order: first the signs, then what they leave over. */
function packOrders(layer: CheckedLayer): ScalarLayer {
  const { inputs, constants } = layer;
  if (inputs.kind !== 'signs' || inputs.order !== 2) return packOnce(layer);
  const first = packOnce({ ...layer, constants: firstOrder(constants) });
  const second = packOnce(layer);
  return {
    ...second,
    run: (values, geometry, addend) =>
      second.run(subtractSigns(values, geometry.samples), geometry, first.run(values, geometry, addend)),
  };
}

function packOnce({ weights, inputs, windows, constants }: CheckedLayer): ScalarLayer {
  const packed = packValues(weights);
  const { outputs, isDepthwise } = windows;
  return {
    bytes: packed.data.byteLength + 4 * outputs * 4,
    run(values, geometry, addend) {
      const output = new Float32Array(outputSize(windows, geometry));
      // What an input is multiplied with: weights of all outputs; of a depthwise convolution, of those that see it.
      const row = new Int8Array(weights.shape.at(-1)!);
      const sums = new Int32Array(outputs);
      const inputSums = new Int32Array(isDepthwise ? outputs : 1);
      const rows = geometry.outHeight * geometry.outWidth;
      for (let sample = 0; sample < geometry.samples; sample++) {
        const { image, scale } = quantizeSample(values, sample, windows, geometry, inputs);
        for (let at = 0; at < rows; at++) {
          sums.fill(0);
          inputSums.fill(0);
          visitWindow(image, at, windows, geometry, (input, channel, value) => {
            readRow(packed, input, row);
            const first = isDepthwise ? channel * row.length : 0;
            for (let i = 0; i < row.length; i++) sums[first + i]! += value * row[i]!;
            for (let i = 0; i < (isDepthwise ? row.length : 1); i++) inputSums[first + i]! += value;
          });
          const to = (sample * rows + at) * outputs;
          finishRow({ sums, inputSums, scale, constants, output, to, addend });
        }
      }
      return output;
    },
  };
}

function outputSize({ outputs }: Windows, { samples, outHeight, outWidth }: Geometry): number {
  return samples * outHeight * outWidth * outputs;
}

/**
 * Visits the inputs of a window that are not 0, padding left out.
 *
 * @param visit With the number of the input in the weights, its channel and its integer.
 */
function visitWindow(
  image: Int8Array | Int16Array,
  at: number,
  windows: Windows,
  { height, width, outWidth, top, left }: Geometry,
  visit: (input: number, channel: number, value: number) => void,
): void {
  const { window, channels, strides, dilations } = windows;
  const firstY = Math.floor(at / outWidth) * strides[0] - top;
  const firstX = (at % outWidth) * strides[1] - left;
  for (let ky = 0, input = 0; ky < window[0]; ky++)
    for (let kx = 0; kx < window[1]; kx++, input += channels) {
      const y = firstY + ky * dilations[0];
      const x = firstX + kx * dilations[1];
      if (y < 0 || y >= height || x < 0 || x >= width) continue;
      const pixel = (y * width + x) * channels;
      for (let channel = 0; channel < channels; channel++) {
        const value = image[pixel + channel]!;
        if (value !== 0) visit(input + channel, channel, value);
      }
    }
}
