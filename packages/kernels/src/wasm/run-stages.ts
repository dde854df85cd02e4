import type { Geometry } from '../layer/geometry.js';
import type { PlacedBatch } from '../layer/packed-layer.js';
import { blockBytes, type Call, withRoom, writeCall } from './call-block.js';
import type { Stage } from './stage.js';
import type { Machine } from './wasm-engine.js';

/** Four float32 values: largest magnitudes of a sample, side by side. */
const mostBytes = 16;

/**
 * Runs stages one after the other. Outputs that become steps are written as such by the stage that computes them, with no floats between; of
 * others it finds the largest magnitudes.
 */
export function runStages(
  { heap, kernels }: Machine,
  stages: readonly Stage[],
  batch: PlacedBatch,
  geometries: readonly Geometry[],
): void {
  withRoom(heap, (reserve) => {
    const prepared = stages.map((stage, at) => stage.prepare(geometries[at]!, reserve));
    const calls: Call[] = prepared.map(({ call }) => call);
    const blocks = calls.map(() => reserve(blockBytes));
    const cleared: (readonly [address: number, bytes: number])[] = [];
    calls[0] = { ...calls[0], values: batch.values };
    for (let at = 1; at < stages.length; at++) {
      const { samples, outHeight, outWidth } = geometries[at - 1]!;
      const rows = samples * outHeight * outWidth;
      const mosts = reserve(mostBytes * samples);
      cleared.push([mosts, mostBytes * samples]);
      const { inputs, form } = stages[at]!;
      const isStepped = inputs.kind === 'steps';
      const output = isStepped ? 0 : reserve(4 * rows * stages[at - 1]!.outputs);
      const codes = { next: blocks[at]!, codeBytes: form.bytes, targets: isStepped ? reserve(4 * rows) : 0 };
      calls[at - 1] = { ...calls[at - 1], mosts, output, ...(isStepped && codes) };
      calls[at] = { ...calls[at], values: output, found: mosts };
    }
    const last = stages.length - 1;
    calls[last] = { ...calls[last], output: batch.output, addend: batch.addend };
    const { buffer } = heap.memory;
    for (const [address, bytes] of cleared) new Uint8Array(buffer, address, bytes).fill(0);
    for (const { lists } of prepared)
      for (const [address, list] of lists) new Int32Array(buffer, address, list.length).set(list);
    calls.forEach((call, at) => writeCall(buffer, blocks[at]!, call));
    stages.forEach((stage, at) => {
      const isWritten = calls[at - 1]?.targets;
      if (isWritten) kernels.acceptCodes(blocks[at]!);
      else kernels.quantizeAll(blocks[at]!);
      const targets = calls[at]!.targets;
      if (targets) kernels.expectCodes(blocks[at + 1]!, targets);
      stage.compute(blocks[at]!);
    });
  });
}
