import type { Geometry } from '../layer/geometry.js';
import type { CheckedLayer } from '../layer/packed-layer.js';
import type { MemoryLayout } from './memory-layout.js';
import type { InputForm, Resident } from './wasm-engine.js';

/** Where the numbers of a call lie in its block, in bytes: as `assembly/call.ts` has them. */
const integers = {
  ...{ weights: 0, bits: 4, columns: 8, quads: 12, inputs: 16, places: 20, rows: 24 },
  ...{ runs: 28, skips: 32, run: 36 },
  ...{ scales: 48, shifts: 52, biases: 56, slopes: 60, rowScales: 64, rowSums: 68, starts: 72 },
  ...{ output: 76, addend: 80, panel: 92, block: 96, relaxed: 100 },
  ...{ values: 256, samples: 260, height: 264, width: 268, channels: 272 },
  ...{ reachedHeight: 276, reachedWidth: 280, top: 284, left: 288, borderedHeight: 292, borderedWidth: 296 },
  ...{ pixelBytes: 300, flip: 304, outHeight: 308, outWidth: 312, verticalStep: 316, horizontalStep: 320 },
} as const;

const floats = { lowest: 84, highest: 88 } as const;

/** What a call is about: addresses, counts, strides and limits. */
type Call = Readonly<Record<keyof typeof integers | keyof typeof floats, number>>;

/** A layer whose weights lie in memory. */
export interface ResidentLayer extends CheckedLayer {
  readonly form: InputForm;
  readonly resident: Resident;
}

/** Bytes of quantized inputs that go through all panels before the next: half of a small first-level cache. */
const blockInputBytes = 16384;

/** Addresses of what a call needs while it runs, and of what it reads and writes. */
type Room = Record<'call', number> &
  Pick<Call, 'inputs' | 'places' | 'skips' | 'rowScales' | 'rowSums' | 'panel'> &
  Pick<Call, 'values' | 'addend' | 'output'>;

/** What a call says of a layer, a batch and where everything lies. */
export function callOf(layer: ResidentLayer, geometry: Geometry, layout: MemoryLayout, room: Room): Call {
  const { windows, constants, form, resident, weights } = layer;
  const { quads, rows, run, skips, pixelBytes, lineBytes } = layout;
  const { bordered, reached, samples, height, width, top, left, outHeight, outWidth } = geometry;
  return {
    ...resident,
    ...room,
    ...{ samples, height, width, channels: windows.channels, top, left, outHeight, outWidth },
    ...{ reachedHeight: reached[0], reachedWidth: reached[1] },
    ...{ borderedHeight: bordered[0], borderedWidth: bordered[1], pixelBytes },
    ...{ verticalStep: windows.strides[0] * lineBytes, horizontalStep: windows.strides[1] * pixelBytes },
    ...{ bits: weights.bits, columns: windows.outputs, quads, rows, runs: skips.length, run },
    ...{ lowest: constants.lowest, highest: constants.highest },
    ...{ relaxed: Number(form.isRelaxed), flip: form.flip },
    block: Math.max(4, Math.floor(blockInputBytes / (quads * 4 * form.bytes)) & ~3),
  };
}

/** Bytes of a block. */
export const blockBytes = 384;

export function writeCall(buffer: ArrayBufferLike, address: number, call: Call): void {
  const view = new DataView(buffer, address, blockBytes);
  for (const [name, at] of Object.entries(integers)) view.setInt32(at, call[name as keyof Call], true);
  for (const [name, at] of Object.entries(floats)) view.setFloat32(at, call[name as keyof Call], true);
}
