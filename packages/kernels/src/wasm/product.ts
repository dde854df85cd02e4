import { levelsOf } from '../layer/constants.js';
import type { CheckedLayer } from '../layer/packed-layer.js';
import { runCall } from './call-block.js';
import type { Keeper } from './keep.js';
import { memoryLayout } from './memory-layout.js';
import { packPanels } from './pack-panels.js';
import type { PlacedRun } from './run-copied.js';
import type { Machine, ResidentLayer } from './wasm-engine.js';

/** How inputs are kept: 16 bits each, or 8 bits for the relaxed dot product, maybe with the sign bit over. */
interface InputForm {
  readonly isRelaxed: boolean;
  readonly bytes: 1 | 2;
  readonly flip: 0 | 128;
}

/** Bytes of quantized inputs that go through all panels before the next: half of a small first-level cache. */
const blockInputBytes = 16384;

/** Products of weights of 8 or 4 bits with inputs of 8. */
export function packProduct(machine: Machine, layer: ResidentLayer, { keep }: Keeper): PlacedRun {
  const { weights, windows, constants, resident } = layer;
  const form = inputForm(machine, layer);
  const levels = levelsOf(weights);
  const own = {
    ...resident,
    levels: keep(levels),
    weights: keep(packPanels(weights)),
    starts: form.isRelaxed ? keep(startsOf(layer, form)) : 0,
    ...{ bits: weights.bits, relaxed: Number(form.isRelaxed), flip: form.flip },
  };
  const { heap, kernels } = machine;
  return (batch, geometry) => {
    const { rows, quads, batchBytes, run, skips, call } = memoryLayout(windows, geometry, form.bytes);
    const block = Math.max(4, Math.floor(blockInputBytes / (quads * 4 * form.bytes)) & ~3);
    return runCall(
      heap,
      (reserve) => {
        const room = {
          inputs: reserve(batchBytes),
          places: reserve(4 * rows),
          skips: reserve(skips.byteLength),
          rowScales: reserve(4 * rows),
          rowSums: constants.shifts ? reserve(4 * rows) : 0,
          panel: reserve(64 * quads),
        };
        return {
          call: { ...call, ...own, ...room, ...batch, quads, run, runs: skips.length, block },
          lists: [[room.skips, skips]],
        };
      },
      (address) => {
        kernels.quantizeAll(address);
        kernels.multiplyAll(address);
      },
    );
  };
}

/** The relaxed dot product serves where no sum within it saturates. */
function inputForm({ relaxedDot }: Machine, { weights }: CheckedLayer): InputForm {
  const levels = levelsOf(weights);
  const isWithin = (most: number) => (levels ?? weights.values).every((value) => Math.abs(value) <= most);
  if (relaxedDot === undefined || !isWithin(relaxedDot.largestWeight))
    return { isRelaxed: false, bytes: 2, flip: 0 };
  return { isRelaxed: true, bytes: 1, flip: relaxedDot.inputs === 'unsigned' ? 128 : 0 };
}

/** What the sum of each channel begins with, so that 128 more for each input, padding included, changes nothing. */
function startsOf({ weights, windows: { outputs } }: CheckedLayer, { flip }: InputForm): Int32Array {
  const starts = new Int32Array((outputs + 7) & ~7);
  const levels = levelsOf(weights);
  weights.values.forEach((value, at) => (starts[at % outputs]! -= flip * (levels?.[value + 8] ?? value)));
  return starts;
}
