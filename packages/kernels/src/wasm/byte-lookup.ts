import type { Keeper } from './keep.js';
import { memoryLayout } from './memory-layout.js';
import { packBits } from './pack-bits.js';
import { quadsOfPixel } from './pack-panels.js';
import { codesOfInputs, type InputForm, type Stage } from './stage.js';
import type { Machine, ResidentLayer } from './wasm-engine.js';

/** How inputs are kept. */
const form: InputForm = { bytes: 2, zero: 0 };
/** What a vector may reach beyond the last output. */
const vectorBytes = 16;

/** Products of weights of 1 bit with inputs of 8, by lookup. */
export function packByteLookup({ kernels }: Machine, layer: ResidentLayer, { keep }: Keeper): Stage {
  const { weights, inputs, windows, resident } = layer;
  const { outputs, window, channels } = windows;
  const groups = window[0] * window[1] * quadsOfPixel(channels);
  const own = {
    ...resident,
    ...codesOfInputs(inputs),
    weights: keep(packBits(weights, [{ group: 0, groups }])),
  };
  return {
    ...{ inputs, form, outputs },
    prepare(geometry, reserve) {
      const { rows, quads, pixelBytes, batchBytes, run, skips, call } = memoryLayout(
        windows,
        geometry,
        form.bytes,
      );
      const room = {
        inputs: reserve(batchBytes + pixelBytes + vectorBytes),
        places: reserve(4 * rows),
        skips: reserve(skips.byteLength),
        rowScales: reserve(4 * rows),
        panel: reserve(32 * quads),
        tileSums: reserve(4 * 32),
      };
      const sizes = { quads, run, runs: skips.length };
      return { call: { ...call, ...own, ...room, ...sizes }, lists: [[room.skips, skips]] };
    },
    compute: kernels.lookUpBytes,
  };
}
