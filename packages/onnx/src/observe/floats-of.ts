import { LowbitError } from '@lowbit/core';
import { fromFloat16Bits } from '@lowbit/core/adapter';
import type { OrtTensor } from './ort.js';

/**
 * The values of a tensor of numbers as an array of numbers; floats are not copied, float16 is widened.
 *
 * @throws LowbitError `runtime-failed` for text.
 */
export function floatsOf({ data, type }: OrtTensor, where: string): ArrayLike<number> {
  if (type === 'float16' && data instanceof Uint16Array) return Float32Array.from(data, fromFloat16Bits);
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return Array.from(data, Number);
  if (ArrayBuffer.isView(data) && !(data instanceof DataView)) return data as unknown as ArrayLike<number>;
  throw new LowbitError({ code: 'runtime-failed', where, expected: 'a tensor of numbers', received: type });
}
