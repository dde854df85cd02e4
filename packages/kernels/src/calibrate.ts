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
const tryTime = 0.6;

/** Runs of a try at most: clocks may be coarse, or stand still where tests replace them. */
const mostRuns = 100;

/** Tries of each. */
const leastTurns = 5;
const mostTurns = 24;

/** How much of the time of lookups counting may take to be chosen: what is close may be chance. */
const margin = 0.85;

async function calibrate(variant: WasmVariant): Promise<BinaryKernel> {
  if (typeof performance === 'undefined') return 'lookup';
  const heap = ownHeap(new (webAssembly()!.Memory)({ initial: 1, maximum: 64 }));
  const kernels = await loadModule(variant, heap.memory);
  const packed = (['lookup', 'popcount'] as const).map((binary) =>
    sampleOf(wasmEngine(kernels, heap, { relaxedDot: undefined, binary })),
  );
  // In turns, so that what else the host does hits both. Engines optimize what lookups run later than what counts: to be chosen, counting has
  // to be ahead until the last turn, and lookups are as soon as they are not behind.
  const fastest = packed.map(() => Infinity);
  for (let turn = 1; turn <= mostTurns; turn++) {
    packed.forEach((run, at) => (fastest[at] = Math.min(fastest[at]!, timeOf(run))));
    if (turn >= leastTurns && fastest[1]! >= margin * fastest[0]!) return 'lookup';
  }
  return 'popcount';
}

const [rowsOfSample, inputsOfSample, outputsOfSample] = [32, 576, 256] as const;

/** A product that is large enough for multiplying, and not what is done before it, to decide, as it does in layers that take long. */
function sampleOf(engine: Engine): () => void {
  const shape = [inputsOfSample, outputsOfSample];
  const values = Int8Array.from({ length: inputsOfSample * outputsOfSample }, (_, at) =>
    (at * 7) % 3 === 0 ? -1 : 1,
  );
  const weights = { shape, values, bits: 1, scales: [1] } as const;
  const windows = windowsOfDense(shape);
  const constants = channelConstants(weights, {}, outputsOfSample);
  const layer: PackedLayer = engine.pack([
    { weights, inputs: { kind: 'signs', scale: 1 }, windows, constants },
  ]);
  const geometry = geometryOf(windows, [rowsOfSample, 1, 1]);
  const rows = Float32Array.from({ length: rowsOfSample * inputsOfSample }, (_, at) => Math.sin(at));
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
