import { range, roundHalfEven, toFloat16Bits } from '@lowbit/core';
import type { StoredWeight } from './stored-weights.js';

/** Floats as TensorFlow.js stores them without any help: whole, in half precision, or on one even grid a tensor. */
export type PlainForm = 'float32' | 'float16' | 'uint8' | 'uint16';

/** Floats as a weight that unmodified TensorFlow.js loads. A constant weight has a scale of 1. */
export function plainWeight(
  name: string,
  shape: readonly number[],
  values: Float32Array,
  form: PlainForm,
): StoredWeight {
  const base = { name, shape, dtype: 'float32' } as const;
  if (form === 'float32') return { spec: base, bytes: bytesOf(values) };
  if (form === 'float16')
    return { spec: { ...base, quantization: { dtype: form } }, bytes: bytesOf(halves(values)) };
  const { min, max } = range(values);
  const levels = form === 'uint8' ? 255 : 65535;
  const scale = max > min ? (max - min) / levels : 1;
  const codes = values.map((value) => roundHalfEven((value - min) / scale));
  const numbers = form === 'uint8' ? Uint8Array.from(codes) : Uint16Array.from(codes);
  return { spec: { ...base, quantization: { dtype: form, scale, min } }, bytes: bytesOf(numbers) };
}

function bytesOf(values: Float32Array | Uint8Array | Uint16Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function halves(values: Float32Array): Uint16Array {
  return Uint16Array.from(values, (value) => toFloat16Bits(value));
}
