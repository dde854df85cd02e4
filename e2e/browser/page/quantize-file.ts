import { minMax } from '@lowbit/baselines';
import { quantize } from '@lowbit/core';
import { onnx } from '@lowbit/onnx';

/** SHA-256 of the quantized model as hexadecimal digits: the same bytes wherever it runs. */
export async function quantizedHash(bytes: Uint8Array): Promise<string> {
  const { model } = await quantize(onnx(bytes, { name: 'model.onnx' }), { weights: minMax(), bits: 4 });
  const digest = await crypto.subtle.digest('SHA-256', model.bytes.slice());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
