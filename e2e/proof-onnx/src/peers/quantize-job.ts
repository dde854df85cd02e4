import { availableParallelism } from 'node:os';
import { dynamic, minMax, percentile } from '@lowbit/baselines';
import { quantize, type Batch } from '@lowbit/core';
import { onnx } from '@lowbit/onnx';
import type * as web from 'onnxruntime-web';
import { quantizeIntegers } from '../integers/quantize-integers.js';
import type { PeerKind } from './kinds.js';

/** Quantizes a file in the way that its kind names. */
export async function quantizeJob(
  kind: PeerKind,
  bytes: Uint8Array,
  batches: readonly string[],
): Promise<Uint8Array> {
  if (kind === 'n-bits') {
    const weights = minMax({ zeroPoint: 'integer', refine: 'none' });
    const recipe = { weights, bits: 4, granularity: 'group:32' } as const;
    return (await quantize(onnx(bytes, { optimize: 'memory' }), recipe, plain)).model.bytes;
  }
  const made = { weights: 'range', rest: '8 bits' } as const;
  if (kind === 'dynamic') {
    const recipe = { ...made, activations: dynamic() };
    return (await quantizeIntegers(onnx(bytes, { integers: 'operators' }), recipe, undefined, plain)).bytes;
  }
  // Python's percentile is 99.999 unless told otherwise.
  const activations = kind === 'static-percentile' ? percentile({ percent: 99.999 }) : minMax();
  const port = onnx(bytes, { integers: 'operators', ort: await calibrationRuntime() });
  const calibration = await port.observe!(read(batches), { statistics: activations.needs ?? 'all' });
  return (await quantizeIntegers(port, { ...made, activations }, calibration, plain)).bytes;
}

/** Python measures no errors either. */
const plain = { measure: false };

/** onnxruntime-web on all cores, as `lowbit quantize` runs it, or another build of the runtime, which LOWBIT_ORT names. */
async function calibrationRuntime(): Promise<typeof web> {
  const ort = (await import(process.env['LOWBIT_ORT'] ?? 'onnxruntime-web')) as typeof web;
  ort.env.wasm.numThreads = availableParallelism();
  return ort;
}

async function* read(paths: readonly string[]): AsyncGenerator<Batch> {
  const { readNpz } = await import('./npz.js');
  for (const path of paths) yield readNpz(path);
}
