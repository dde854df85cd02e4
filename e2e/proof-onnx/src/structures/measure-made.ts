import { minMax } from '@lowbit/baselines';
import { quantize } from '@lowbit/core';
import { sqnrDb } from '@lowbit/e2e-real-models';
import { onnx, type ExternalFile } from '@lowbit/onnx';
import type { MadeModel } from './made-model.js';
import { runMade } from './run-made.js';

/** What one made model lost at one width. */
export interface MadeResult {
  readonly model: string;
  readonly feature: string;
  readonly bits: number;
  /** Bytes of the files: with what lies beside the model. */
  readonly floatBytes: number;
  readonly bytes: number;
  readonly forms: string;
  readonly sqnrDb: number;
  /** Largest error of an output, as a share of the largest output. */
  readonly largestError: number;
}

/** Quantizes a model, runs float and quantized in onnxruntime-web, and compares. */
export async function measureMade(made: MadeModel, bits: 4 | 8): Promise<MadeResult> {
  const { name, feature, bytes, externalData, runs, fourBits } = made;
  const files = externalData ?? [];
  const read = async (path: string) => files.find((file) => file.path === path)!.data;
  const port = onnx(bytes, files.length === 0 ? { name } : { name, externalData: read });
  const granularity = bits === 4 ? fourBits : 'channel';
  const { model, report } = await quantize(port, { weights: minMax(), bits, granularity });
  const float = await runMade(bytes, runs, files);
  const quantized = await runMade(model.bytes, runs, model.externalData);
  return {
    model: name,
    feature,
    bits,
    floatBytes: bytes.length + bytesBeside(files),
    bytes: model.bytes.length + bytesBeside(model.externalData),
    forms: [...new Set(report.weights.map(({ form }) => form))].join(', '),
    sqnrDb: sqnrDb(float, quantized),
    largestError: largestError(float, quantized),
  };
}

function bytesBeside(files: readonly ExternalFile[] = []): number {
  return files.reduce((sum, { data }) => sum + data.length, 0);
}

function largestError(float: readonly Float32Array[], quantized: readonly Float32Array[]): number {
  let [error, size] = [0, 0];
  float.forEach((values, run) => {
    values.forEach((value, at) => {
      error = Math.max(error, Math.abs(value - quantized[run]![at]!));
      size = Math.max(size, Math.abs(value));
    });
  });
  return error / size;
}
