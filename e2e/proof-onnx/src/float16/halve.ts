import { everywhere, quantize, type Batch, type HalfPrecision } from '@lowbit/core';
import { onnx } from '@lowbit/onnx';
import * as ort from 'onnxruntime-web/wasm';

/** A model in float16, and what became of it. */
export interface Halved {
  readonly bytes: Uint8Array;
  readonly report: HalfPrecision;
}

/** Makes a model compute in float16, as `lowbit quantize --float16 --bits float` does; with data, their range decides. */
export async function halve(bytes: Uint8Array, data?: readonly Batch[]): Promise<Halved> {
  const port = onnx(bytes, data === undefined ? { float16: true } : { float16: { data }, ort });
  const { model, report } = await quantize(port, { bits: everywhere('float') });
  return { bytes: model.bytes, report: report.float16 as HalfPrecision };
}
