import type { CheckedLayer, Engine, PackedLayer } from '../layer/packed-layer.js';
import type { Call } from './call-block.js';
import type { KernelExports } from './exports.js';
import type { Heap } from './heap.js';
import { inPanels, type Keeper, keeper } from './keep.js';
import { packLookup } from './lookup.js';
import type { RelaxedDot } from './probe-relaxed.js';
import { packProduct } from './product.js';

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

/** Runs a batch with what was packed. */
export type PackedRun = PackedLayer['run'];

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
    const pack = layer.weights.bits === 1 ? packLookup : packProduct;
    const run = pack(machine, { ...layer, resident: keepConstants(layer, kept) }, kept);
    return { bytes: kept.bytes(), run, dispose: kept.release };
  } catch (error) {
    kept.release();
    throw error;
  }
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
