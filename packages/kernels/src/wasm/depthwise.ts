import type { CheckedLayer } from '../layer/packed-layer.js';
import type { Keeper } from './keep.js';
import { type MemoryLayout, memoryLayout } from './memory-layout.js';
import { codesOfInputs, type InputForm, type Stage } from './stage.js';
import type { Machine, ResidentLayer } from './wasm-engine.js';

/** How inputs are kept. */
const form: InputForm = { bytes: 2, zero: 0 };
/** Channels that are summed at once. */
const lanes = 8;
/** What a vector may reach beyond the last input. */
const vectorBytes = 16;

/** Depthwise convolutions of weights of 8 bits and inputs of up to 16. */
export function packDepthwise({ kernels }: Machine, layer: ResidentLayer, { keep }: Keeper): Stage {
  const { inputs, windows, constants, resident } = layer;
  const own = {
    ...resident,
    ...codesOfInputs(inputs),
    weights: keep(packTaps(layer, (value) => value)),
    ones: constants.shifts ? keep(packTaps(layer, () => 1)) : 0,
    ...{ quads: pairsOf(layer), windowHeight: windows.window[0], windowWidth: windows.window[1] },
  };
  const { outputs } = windows;
  const sumBytes = 4 * 4 * ((outputs + lanes - 1) & -lanes);
  return {
    ...{ inputs, form, outputs },
    prepare(geometry, reserve) {
      const layout = memoryLayout(windows, geometry, form.bytes);
      const { rows, pixelBytes, batchBytes, call } = layout;
      const list = tapList(layer, layout);
      const room = {
        inputs: reserve(batchBytes + pixelBytes + vectorBytes),
        places: reserve(4 * rows),
        rowScales: reserve(4 * rows),
        taps: reserve(list.byteLength),
        channelSums: reserve(sumBytes),
      };
      return { call: { ...call, ...own, ...room }, lists: [[room.taps, list]] };
    },
    compute: kernels.convolveDepthwise,
  };
}

/** Taps are multiplied in pairs; the last one may have nothing to multiply. */
function pairsOf({ windows: { window } }: CheckedLayer): number {
  return Math.ceil((window[0] * window[1]) / 2);
}

/** How far each tap lies from where a window begins, in bytes. */
function tapList(layer: CheckedLayer, { lineBytes, pixelBytes }: MemoryLayout): Int32Array {
  const { window, dilations } = layer.windows;
  const list = new Int32Array(2 * pairsOf(layer));
  for (let tap = 0; tap < window[0] * window[1]; tap++)
    list[tap] =
      Math.floor(tap / window[1]) * dilations[0] * lineBytes + (tap % window[1]) * dilations[1] * pixelBytes;
  return list;
}

/**
 * What taps are multiplied with, of 16 bits: `[channels / 8][pairs][8][2]`, filled up with 0; where an input channel has several
 * outputs, `[outputs][pairs][2]`.
 */
function packTaps(layer: CheckedLayer, of: (value: number) => number): Uint8Array {
  const { weights, windows } = layer;
  const { outputs, channels, window } = windows;
  const pairs = pairsOf(layer);
  const isSingle = outputs === channels;
  const filled = isSingle ? (outputs + lanes - 1) & -lanes : outputs;
  const packed = new Int16Array(filled * pairs * 2);
  for (let tap = 0, from = 0; tap < window[0] * window[1]; tap++)
    for (let output = 0; output < outputs; output++, from++) {
      const [pair, second] = [tap >> 1, tap & 1];
      const lane = output % lanes;
      const at = isSingle
        ? ((output - lane) * pairs + pair * lanes + lane) * 2 + second
        : output * pairs * 2 + tap;
      packed[at] = of(weights.values[from]!);
    }
  return new Uint8Array(packed.buffer);
}
