import { everywhere, quantize, type HalfPrecision } from '@lowbit/core';
import { onnx } from '../../src/port.js';
import type { HalfOptions } from '../../src/onnx-options.js';
import { plainMinMax } from './plain-min-max.js';

/** A model in float16, none of whose weights is quantized. */
export async function halved(
  bytes: Uint8Array,
  float16: true | HalfOptions = true,
): Promise<{ readonly bytes: Uint8Array; readonly report: HalfPrecision }> {
  const recipe = { weights: plainMinMax, bits: everywhere('float') };
  const { model, report } = await quantize(onnx(bytes, { float16 }), recipe);
  return { bytes: model.bytes, report: report.float16 as HalfPrecision };
}
