import type { Geometry } from '../layer/geometry.js';
import type { CheckedLayer } from '../layer/packed-layer.js';
import { blockBytes, callOf, type ResidentLayer, writeCall } from './call-block.js';
import { type MemoryLayout, memoryLayout } from './memory-layout.js';
import type { Machine } from './wasm-engine.js';

/** A batch in the memory of JavaScript. */
interface Batch {
  readonly values: Float32Array;
  readonly geometry: Geometry;
  readonly addend: Float32Array | undefined;
}

/** Copies a batch into memory, computes, and copies the result out. What it needs meanwhile is given back. */
export function runProduct(
  { heap, kernels }: Machine,
  layer: ResidentLayer,
  { values, geometry, addend }: Batch,
): Float32Array {
  const layout = memoryLayout(layer.windows, geometry, layer.form.bytes);
  const outputs = layout.rows * layer.windows.outputs;
  const addresses: number[] = [];
  const reserve = (bytes: number) => {
    const address = heap.reserve(bytes);
    addresses.push(address);
    return address;
  };
  try {
    const room = {
      ...reserveRoom(layout, layer, reserve),
      values: reserve(4 * values.length),
      addend: addend ? reserve(4 * outputs) : 0,
      output: reserve(4 * outputs),
    };
    const { buffer } = heap.memory;
    new Float32Array(buffer, room.values, values.length).set(values);
    new Int32Array(buffer, room.skips, layout.skips.length).set(layout.skips);
    if (addend) new Float32Array(buffer, room.addend, outputs).set(addend);
    writeCall(buffer, room.call, callOf(layer, geometry, layout, room));
    kernels.quantizeAll(room.call);
    kernels.multiplyAll(room.call);
    return new Float32Array(buffer, room.output, outputs).slice();
  } finally {
    for (const address of addresses) heap.release(address);
  }
}

function reserveRoom(
  { rows, quads, batchBytes, skips }: MemoryLayout,
  { constants }: CheckedLayer,
  reserve: (bytes: number) => number,
) {
  return {
    call: reserve(blockBytes),
    inputs: reserve(batchBytes),
    places: reserve(4 * rows),
    skips: reserve(skips.byteLength),
    rowScales: reserve(4 * rows),
    rowSums: constants.shifts ? reserve(4 * rows) : 0,
    panel: reserve(64 * quads),
  };
}
