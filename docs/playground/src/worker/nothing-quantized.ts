import { LowbitError } from '@lowbit/core';

/** The error for a question about a result that does not exist yet. */
export function nothingQuantized(): LowbitError {
  return new LowbitError({
    code: 'invalid-argument',
    where: 'playground',
    expected: 'a quantized model',
    received: 'none',
    remedy: 'Quantize the model first.',
  });
}
