import { availableParallelism } from 'node:os';
import { dynamic, minMax, percentile } from '@lowbit/baselines';
import { quantize, type Batch, type Calibration, type Quantizer } from '@lowbit/core';
import { onnx } from '@lowbit/onnx';
import type * as web from 'onnxruntime-web';
import { quantizeIntegers } from '../integers/quantize-integers.js';
import type { PeerKind } from './kinds.js';
import { readNpz } from './npz.js';

/** Quantizes a file in the way that its kind names. */
export async function quantizeJob(
  kind: PeerKind,
  bytes: Uint8Array,
  batches: readonly string[],
): Promise<Uint8Array> {
  if (kind === 'n-bits') {
    const weights = minMax({ zeroPoint: 'integer', refine: 'none' });
    const { model } = await quantize(onnx(bytes, { optimize: 'memory' }), {
      weights,
      bits: 4,
      granularity: 'group:32',
    });
    return model.bytes;
  }
  const made = { form: 'operators', weights: 'range', rest: '8 bits' } as const;
  if (kind === 'dynamic') {
    return (await quantizeIntegers(bytes, { ...made, activations: dynamic() })).bytes;
  }
  // Python's percentile is 99.999 unless told otherwise.
  const activations = kind === 'static-percentile' ? percentile({ percent: 99.999 }) : minMax();
  return (
    await quantizeIntegers(bytes, { ...made, activations }, await observed(bytes, activations, batches))
  ).bytes;
}

/**
 * Runs the batches in onnxruntime-web on all cores, as `lowbit quantize` does, or in another build of the runtime that
 * LOWBIT_ORT names. Statistics are those that the quantizer needs.
 */
async function observed(
  bytes: Uint8Array,
  { needs }: Quantizer,
  batches: readonly string[],
): Promise<Calibration> {
  const ort = (await import(process.env['LOWBIT_ORT'] ?? 'onnxruntime-web')) as typeof web;
  ort.env.wasm.numThreads = availableParallelism();
  const { observe } = onnx(bytes, { ort, integers: 'operators' });
  return observe!(read(batches), { statistics: needs ?? 'all' });
}

function* read(paths: readonly string[]): Generator<Batch> {
  for (const path of paths) yield readNpz(path);
}
