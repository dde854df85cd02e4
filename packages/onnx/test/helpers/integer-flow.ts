import { quantize, type Batch, type Quantizer, type Recipe } from '@lowbit/core';
import * as ort from 'onnxruntime-web';
import { onnx, type IntegerForm } from '../../src/index.js';
import { plainAbsmax } from './plain-quantizers.js';

export interface IntegerResult {
  readonly bytes: Uint8Array;
  /** Forms of the weights by id. */
  readonly forms: ReadonlyMap<string, string>;
  /** What the report says on how weights are stored and why, by id. */
  readonly reasons: ReadonlyMap<string, string>;
  readonly sites: readonly string[];
}

/** Observes a model on batches, quantizes weights and activations, and rewrites it with integer operators. */
export async function integerFlow(
  bytes: Uint8Array,
  integers: IntegerForm,
  batches: readonly Batch[],
  activations: Quantizer,
  recipe: Recipe = {},
): Promise<IntegerResult> {
  ort.env.wasm.numThreads = 1;
  const port = onnx(bytes, { ort, integers });
  const calibration = await port.observe!(batches);
  const given: Recipe = { weights: plainAbsmax, bits: 8, activations, calibration, ...recipe };
  const { model, report } = await quantize(port, given);
  const rows = report.weights;
  return {
    bytes: model.bytes,
    forms: new Map(rows.map(({ id, form }) => [id, form])),
    reasons: new Map(rows.map(({ id, storageReason }) => [id, storageReason])),
    sites: Object.keys(calibration.sites),
  };
}
