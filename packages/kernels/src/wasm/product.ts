import { levelsOf } from '../layer/constants.js';
import type { CheckedLayer } from '../layer/packed-layer.js';
import type { Keeper } from './keep.js';
import { memoryLayout } from './memory-layout.js';
import { packPanels } from './pack-panels.js';
import { codesOfInputs, type InputForm, type Stage } from './stage.js';
import type { Machine, ResidentLayer } from './wasm-engine.js';

/** Inputs are kept in 16 bits each, or in 8 for the relaxed dot product. */
interface ProductForm extends InputForm {
  /** As `assembly/call.ts` has it. */
  readonly relaxed: 0 | 1 | 2;
}

/** Bytes of quantized inputs that go through all panels before the next: half of a small first-level cache. */
const blockInputBytes = 16384;
/** Bytes of their outputs: a part of a small second-level cache. */
const blockOutputBytes = 65536;
/** What a vector may reach beyond the last output. */
const vectorBytes = 16;

/** Products of weights of 8 or 4 bits with inputs of 8. */
export function packProduct(machine: Machine, layer: ResidentLayer, { keep }: Keeper): Stage {
  const { weights, inputs, windows, constants, resident } = layer;
  const form = inputForm(machine, layer);
  const levels = levelsOf(weights);
  const own = {
    ...resident,
    ...codesOfInputs(inputs),
    levels: keep(levels),
    weights: keep(packPanels(weights)),
    starts: form.relaxed ? keep(startsOf(layer, form)) : 0,
    ...{ bits: weights.bits, relaxed: form.relaxed, zero: form.zero },
  };
  const { outputs } = windows;
  return {
    ...{ inputs, form, outputs },
    prepare(geometry, reserve) {
      const { rows, quads, pixelBytes, batchBytes, run, skips, call } = memoryLayout(
        windows,
        geometry,
        form.bytes,
      );
      const block = Math.min(blockInputBytes / (quads * 4 * form.bytes), blockOutputBytes / (4 * outputs));
      const room = {
        inputs: reserve(batchBytes + pixelBytes + vectorBytes),
        places: reserve(4 * rows),
        skips: reserve(skips.byteLength),
        rowScales: reserve(4 * rows),
        rowSums: constants.shifts ? reserve(4 * rows) : 0,
        panel: reserve(64 * quads),
      };
      const sizes = { quads, run, runs: skips.length, block: Math.max(4, Math.floor(block) & ~3) };
      return { call: { ...call, ...own, ...room, ...sizes }, lists: [[room.skips, skips]] };
    },
    compute: machine.kernels.multiplyAll,
  };
}

/** The relaxed dot product serves where no sum within it saturates. */
function inputForm({ relaxedDot }: Machine, { weights, inputs }: CheckedLayer): ProductForm {
  const levels = levelsOf(weights);
  const isWithin = (most: number) => (levels ?? weights.values).every((value) => Math.abs(value) <= most);
  if (relaxedDot === undefined || !isWithin(relaxedDot.largestWeight))
    return { bytes: 2, zero: 0, relaxed: 0 };
  const lowest = inputs.kind === 'steps' ? inputs.lowest : -128;
  return relaxedDot.inputs === 'unsigned'
    ? { bytes: 1, zero: -lowest, relaxed: 1 }
    : { bytes: 1, zero: -128 - lowest, relaxed: 2 };
}

/** What the sum of each channel begins with, so that what bytes are counted from, padding included, changes nothing. */
function startsOf({ weights, windows: { outputs } }: CheckedLayer, { zero }: InputForm): Int32Array {
  const starts = new Int32Array((outputs + 7) & ~7);
  const levels = levelsOf(weights);
  weights.values.forEach((value, at) => (starts[at % outputs]! -= zero * (levels?.[value + 8] ?? value)));
  return starts;
}
