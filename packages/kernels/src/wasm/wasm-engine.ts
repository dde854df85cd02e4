import type { CheckedLayer, Engine, PackedLayer } from '../layer/packed-layer.js';
import type { KernelExports } from './exports.js';
import type { Heap } from './heap.js';
import { packPanels } from './pack-panels.js';
import type { RelaxedDot } from './probe-relaxed.js';
import { runProduct } from './run-product.js';

/** Kernels over a heap, and what of the relaxed operations may be used. */
export interface Machine {
  readonly kernels: KernelExports;
  readonly heap: Heap;
  readonly relaxedDot: RelaxedDot | undefined;
}

/** How inputs are kept: 16 bits each, or 8 bits for the relaxed dot product, maybe with the sign bit over. */
export interface InputForm {
  readonly isRelaxed: boolean;
  readonly bytes: 1 | 2;
  readonly flip: 0 | 128;
}

/** Addresses of what stays in memory for a layer; 0 where there is nothing. */
export interface Resident {
  readonly weights: number;
  readonly scales: number;
  readonly shifts: number;
  readonly biases: number;
  readonly slopes: number;
  readonly starts: number;
}

/** Layers computed in WebAssembly. */
export function wasmEngine(machine: Machine): Engine {
  return { pack: (layer) => packLayer(machine, layer) };
}

/** Puts the weights of a layer into memory. */
function packLayer(machine: Machine, layer: CheckedLayer): PackedLayer {
  const { heap } = machine;
  const addresses: number[] = [];
  let bytes = 0;
  const keep = (data: Uint8Array | Float32Array | Int32Array) => {
    const address = heap.reserve(data.byteLength);
    const { buffer, byteOffset, byteLength } = data;
    new Uint8Array(heap.memory.buffer).set(new Uint8Array(buffer, byteOffset, byteLength), address);
    addresses.push(address);
    bytes += byteLength;
    return address;
  };
  const { scales, shifts, biases, slopes } = layer.constants;
  const form = inputForm(machine, layer);
  const dispose = () => addresses.forEach((address) => heap.release(address));
  try {
    const resident = {
      weights: keep(packPanels(layer.weights)),
      scales: keep(inPanels(scales)),
      shifts: shifts ? keep(inPanels(shifts)) : 0,
      biases: keep(inPanels(biases)),
      slopes: slopes ? keep(inPanels(slopes)) : 0,
      starts: form.isRelaxed ? keep(startsOf(layer, form)) : 0,
    };
    const run: PackedLayer['run'] = (values, geometry, addend) =>
      runProduct(machine, { ...layer, form, resident }, { values, geometry, addend });
    return { bytes, run, dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}

/** The relaxed dot product serves where no sum within it saturates. */
function inputForm({ relaxedDot }: Machine, { weights }: CheckedLayer): InputForm {
  const isWithin = (most: number) => weights.values.every((value) => Math.abs(value) <= most);
  if (relaxedDot === undefined || !isWithin(relaxedDot.largestWeight))
    return { isRelaxed: false, bytes: 2, flip: 0 };
  return { isRelaxed: true, bytes: 1, flip: relaxedDot.inputs === 'unsigned' ? 128 : 0 };
}

/** Constants of channels, filled up to whole panels. */
function inPanels(constants: Float32Array): Float32Array {
  const filled = new Float32Array((constants.length + 7) & ~7);
  filled.set(constants);
  return filled;
}

/** What the sum of each channel begins with, so that 128 more for each input, padding included, changes nothing. */
function startsOf({ weights, windows: { outputs } }: CheckedLayer, { flip }: InputForm): Int32Array {
  const starts = new Int32Array((outputs + 7) & ~7);
  weights.values.forEach((value, at) => (starts[at % outputs]! -= flip * value));
  return starts;
}
