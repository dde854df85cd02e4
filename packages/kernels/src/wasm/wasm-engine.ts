import type { CheckedLayer, Engine, PackedLayer } from '../layer/packed-layer.js';
import type { Call } from './call-block.js';
import type { KernelExports } from './exports.js';
import type { Heap } from './heap.js';
import { inPanels, type Keeper, keeper } from './keep.js';
import { packByteLookup } from './byte-lookup.js';
import { packDepthwise } from './depthwise.js';
import { packLookup } from './lookup.js';
import type { RelaxedDot } from './probe-relaxed.js';
import { packProduct } from './product.js';
import { runCopied, runLayers, type WasmLayer } from './run-layers.js';

/** What multiplies signs with weights of 1 bit: looking up in tables of inputs, or counting bits. Both give the same. */
export type BinaryKernel = 'lookup' | 'popcount';

/** Kernels over a heap, and what of the relaxed operations may be used. */
export interface Machine {
  readonly kernels: KernelExports;
  readonly heap: Heap;
  readonly relaxedDot: RelaxedDot | undefined;
  /** What multiplies signs. */
  readonly binary: BinaryKernel;
  /** Addresses of what lookups give, by the bits of inputs; 0 stands for signs with weights of two masks. */
  readonly tables: Readonly<Record<0 | 1 | 2, number>>;
}

/** A layer whose constants lie in memory: where, and its limits. */
export interface ResidentLayer extends CheckedLayer {
  readonly resident: Call;
}

/** Layers computed in WebAssembly. */
export function wasmEngine(
  kernels: KernelExports,
  heap: Heap,
  { relaxedDot, binary }: Pick<Machine, 'relaxedDot' | 'binary'>,
): Engine {
  const tables = { 0: heap.reserve(16 * 16), 1: heap.reserve(16 * 16), 2: heap.reserve(256 * 16) };
  kernels.fillTables(tables[0], 0);
  kernels.fillTables(tables[1], 1);
  kernels.fillTables(tables[2], 2);
  return { pack: (layers) => packLayers({ kernels, heap, relaxedDot, binary, tables }, layers) };
}

function packLayers(machine: Machine, layers: readonly CheckedLayer[]): PackedLayer {
  const kept = layers.map(() => keeper(machine.heap));
  const dispose = () => kept.forEach(({ release }) => release());
  try {
    const packed = layers.map((layer, at) => packLayer(machine, layer, kept[at]!));
    const runAt = runLayers(machine, packed);
    const run = runCopied(machine.heap, packed.at(-1)!.outputs, runAt);
    return { bytes: kept.map(({ bytes }) => bytes()), run, runAt, dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}

function packLayer(machine: Machine, checked: CheckedLayer, kept: Keeper): WasmLayer {
  const layer = { ...checked, resident: keepConstants(checked, kept) };
  const { weights, windows, inputs } = layer;
  if (windows.isDepthwise) return packDepthwise(machine, layer, kept);
  if (inputs.kind === 'dynamic' || inputs.kind === 'steps')
    return weights.bits === 1 ? packByteLookup(machine, layer, kept) : packProduct(machine, layer, kept);
  return { outputs: windows.outputs, run: packLookup(machine, layer, kept) };
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
