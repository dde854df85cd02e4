import type { PackedLayer, PlacedBatch } from '../layer/packed-layer.js';
import type { Geometry } from '../layer/geometry.js';
import { withRoom } from './call-block.js';
import type { Heap } from './heap.js';

/** Runs a layer in memory: inputs are there, and outputs come there. */
export type PlacedRun = (batch: PlacedBatch, geometry: Geometry) => void;

/** Runs a batch of JavaScript's: copies it into memory, and the result out. */
export function runCopied(heap: Heap, outputs: number, runAt: PlacedRun): PackedLayer['run'] {
  return (values, geometry, addend) => {
    const count = geometry.samples * geometry.outHeight * geometry.outWidth * outputs;
    return withRoom(heap, (reserve) => {
      const batch = {
        values: reserve(4 * values.length),
        addend: addend ? reserve(4 * count) : 0,
        output: reserve(4 * count),
      };
      const { buffer } = heap.memory;
      new Float32Array(buffer, batch.values, values.length).set(values);
      if (addend) new Float32Array(buffer, batch.addend, count).set(addend);
      runAt(batch, geometry);
      return new Float32Array(heap.memory.buffer, batch.output, count).slice();
    });
  };
}
