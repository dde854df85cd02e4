import type { Geometry } from '../layer/geometry.js';
import type { PackedLayer, PlacedBatch } from '../layer/packed-layer.js';
import { withRoom } from './call-block.js';
import type { Heap } from './heap.js';
import { runStages } from './run-stages.js';
import type { Stage } from './stage.js';
import type { Machine } from './wasm-engine.js';

/** Runs a layer in memory: inputs are there, and outputs come there. */
export type PlacedRun = (batch: PlacedBatch, geometry: Geometry) => void;

/** The same of several layers. */
export type PlacedRuns = (batch: PlacedBatch, geometries: readonly Geometry[]) => void;

/** A layer that runs as a stage, or on its own. */
export type WasmLayer = Stage | { readonly outputs: number; readonly run: PlacedRun };

/** Runs layers one after the other: stages that follow each other together, others with floats between. */
export function runLayers(machine: Machine, layers: readonly WasmLayer[]): PlacedRuns {
  return (batch, geometries) =>
    withRoom(machine.heap, (reserve) => {
      let { values } = batch;
      for (let first = 0; first < layers.length;) {
        const end = endOfPart(layers, geometries, first);
        const count = sizeOf(geometries[end - 1]!, layers[end - 1]!.outputs);
        const own =
          end === layers.length
            ? { ...batch, values }
            : { values, addend: 0, output: reserve(Math.max(1, 4 * count)) };
        if (count > 0) runPart(machine, layers.slice(first, end), own, geometries.slice(first, end));
        values = own.output;
        first = end;
      }
    });
}

/** Where a run of stages ends that all have outputs; of other layers each is alone. */
function endOfPart(layers: readonly WasmLayer[], geometries: readonly Geometry[], first: number): number {
  const isJoined = (at: number) =>
    'prepare' in layers[at]! && sizeOf(geometries[at]!, layers[at]!.outputs) > 0;
  let end = first + 1;
  while (end < layers.length && isJoined(end - 1) && isJoined(end)) end++;
  return end;
}

function runPart(
  machine: Machine,
  layers: readonly WasmLayer[],
  batch: PlacedBatch,
  geometries: readonly Geometry[],
): void {
  const [first] = layers;
  if ('run' in first!) first.run(batch, geometries[0]!);
  else runStages(machine, layers as readonly Stage[], batch, geometries);
}

function sizeOf({ samples, outHeight, outWidth }: Geometry, outputs: number): number {
  return samples * outHeight * outWidth * outputs;
}

/** Runs a batch of JavaScript's: copies it into memory, and the result out. */
export function runCopied(heap: Heap, outputs: number, runAt: PlacedRuns): PackedLayer['run'] {
  return (values, geometries, addend) => {
    const { samples, outHeight, outWidth } = geometries.at(-1)!;
    const count = samples * outHeight * outWidth * outputs;
    return withRoom(heap, (reserve) => {
      const batch = {
        values: reserve(4 * values.length),
        addend: addend ? reserve(4 * count) : 0,
        output: reserve(4 * count),
      };
      const { buffer } = heap.memory;
      new Float32Array(buffer, batch.values, values.length).set(values);
      if (addend) new Float32Array(buffer, batch.addend, count).set(addend);
      runAt(batch, geometries);
      return new Float32Array(heap.memory.buffer, batch.output, count).slice();
    });
  };
}
