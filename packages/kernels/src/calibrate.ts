import type { Engine, PackedLayer } from './layer/packed-layer.js';
import { channelConstants } from './layer/constants.js';
import { geometryOf, windowsOfDense } from './layer/geometry.js';
import { ownHeap } from './wasm/heap.js';
import { loadModule, type WasmVariant } from './wasm/load-module.js';
import { type BinaryKernel, wasmEngine } from './wasm/wasm-engine.js';
import { webAssembly } from './wasm/web-assembly.js';

declare const performance: { now(): number } | undefined;

const chosen = new Map<WasmVariant, Promise<BinaryKernel>>();

/** What multiplies signs fastest on this host, tried once for each variant, for a few milliseconds. Where there is no clock, lookups. */
export function fastestBinary(variant: WasmVariant): Promise<BinaryKernel> {
  const known = chosen.get(variant) ?? calibrate(variant);
  chosen.set(variant, known);
  return known;
}

/** Milliseconds of a try: more than clocks of browsers leave out. */
const tryTime = 1.2;

/** Runs of a try at most: clocks may be coarse, or stand still where tests replace them. */
const mostRuns = 300;

/** How much of the time of lookups counting may take to be chosen: what is close may be chance. */
const margin = 0.85;

async function calibrate(variant: WasmVariant): Promise<BinaryKernel> {
  if (typeof performance === 'undefined') return 'lookup';
  const heap = ownHeap(new (webAssembly()!.Memory)({ initial: 1, maximum: 64 }));
  const kernels = await loadModule(variant, heap.memory);
  const packed = (['lookup', 'popcount'] as const).map((binary) =>
    sampleOf(wasmEngine(kernels, heap, { relaxedDot: undefined, binary })),
  );
  // In turns, so that what else the host does hits both; the first turn is before engines optimize.
  const times = packed.map(() => Infinity);
  for (let turn = 0; turn < 3; turn++)
    packed.forEach((run, at) => {
      const time = timeOf(run);
      if (turn > 0) times[at] = Math.min(times[at]!, time);
    });
  return times[1]! < margin * times[0]! ? 'popcount' : 'lookup';
}

/** A product of 8 rows with 512 inputs and 64 outputs. */
function sampleOf(engine: Engine): () => void {
  const shape = [512, 64];
  const values = Int8Array.from({ length: 512 * 64 }, (_, at) => ((at * 7) % 3 === 0 ? -1 : 1));
  const weights = { shape, values, bits: 1, scales: [1] } as const;
  const windows = windowsOfDense(shape);
  const constants = channelConstants(weights, {}, 64);
  const layer: PackedLayer = engine.pack([
    { weights, inputs: { kind: 'signs', scale: 1 }, windows, constants },
  ]);
  const geometry = geometryOf(windows, [8, 1, 1]);
  const rows = Float32Array.from({ length: 8 * 512 }, (_, at) => Math.sin(at));
  return () => void layer.run(rows, [geometry], undefined);
}

/** Milliseconds of one run. */
function timeOf(run: () => void): number {
  const start = performance!.now();
  let elapsed: number;
  let runs = 0;
  do {
    run();
    runs++;
    elapsed = performance!.now() - start;
  } while (elapsed < tryTime && runs < mostRuns);
  return elapsed / runs;
}
