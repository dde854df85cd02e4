import { fromFloat16Bits, LowbitError } from '@lowbit/core';

import type { Tensor } from '../runtime/load-runtime.js';

/**
 * The values of an output as numbers: float16 is widened, whole numbers of 64 bits are rounded to doubles.
 *
 * @throws LowbitError `layer-unsupported` for text.
 */
export function fromTensor({ data, type }: Tensor, where: string): ArrayLike<number> {
  const values: unknown = data;
  if (type === 'float16' && values instanceof Uint16Array) return Float32Array.from(values, fromFloat16Bits);
  if (values instanceof BigInt64Array || values instanceof BigUint64Array) return Array.from(values, Number);
  if (ArrayBuffer.isView(values)) return values as unknown as ArrayLike<number>;
  throw new LowbitError({
    code: 'layer-unsupported',
    where,
    expected: 'an output of numbers',
    received: type,
    remedy: 'Remove this output from both models.',
  });
}
