import type { CheckedLayer, Engine, PackedLayer } from '../layer/packed-layer.js';
import type { Call } from './call-block.js';
import type { KernelExports } from './exports.js';
import type { Heap } from './heap.js';
import { inPanels, type Keeper, keeper } from './keep.js';
import { packDepthwise } from './depthwise.js';
import { packLookup } from './lookup.js';
import type { RelaxedDot } from './probe-relaxed.js';
import { packProduct } from './product.js';
import { runCopied } from './run-copied.js';

/** Kernels over a heap, and what of the relaxed operations may be used. */
export interface Machine {
  readonly kernels: KernelExports;
  readonly heap: Heap;
  readonly relaxedDot: RelaxedDot | undefined;
  /** Addresses of what lookups give, by the bits of inputs. */
  readonly tables: Readonly<Record<1 | 2, number>>;
}

/** A layer whose constants lie in memory: where, and its limits. */
export interface ResidentLayer extends CheckedLayer {
  readonly resident: Call;
}

/** Layers computed in WebAssembly. */
export function wasmEngine(kernels: KernelExports, heap: Heap, relaxedDot?: RelaxedDot): Engine {
  const tables = { 1: heap.reserve(16 * 16), 2: heap.reserve(256 * 16) };
  kernels.fillTables(tables[1], 1);
  kernels.fillTables(tables[2], 2);
  return { pack: (layer) => packLayer({ kernels, heap, relaxedDot, tables }, layer) };
}

function packLayer(machine: Machine, layer: CheckedLayer): PackedLayer {
  const kept = keeper(machine.heap);
  try {
    const runAt = packerOf(layer)(machine, { ...layer, resident: keepConstants(layer, kept) }, kept);
    const run = runCopied(machine.heap, layer.windows.outputs, runAt);
    return { bytes: kept.bytes(), run, runAt, dispose: kept.release };
  } catch (error) {
    kept.release();
    throw error;
  }
}

function packerOf({ weights, windows }: CheckedLayer) {
  if (windows.isDepthwise) return packDepthwise;
  return weights.bits === 1 ? packLookup : packProduct;
}

function keepConstants({ constants }: CheckedLayer, { keep }: Keeper): Call {
  const { scales, shifts, biases, slopes, lowest, highest } = constants;
  return {
    scales: keep(inPanels(scales)),
    shifts: keep(shifts && inPanels(shifts)),
    biases: keep(inPanels(biases)),
    slopes: keep(slopes && inPanels(slopes)),
    lowest,
    highest,
  };
}
