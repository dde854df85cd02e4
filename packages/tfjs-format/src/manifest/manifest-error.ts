import { LowbitError } from '@lowbit/core';

/** The error for a model file that does not hold what it should. */
export function manifestError(
  where: string,
  expected: string,
  received: unknown,
  remedy = 'Save or convert the model again.',
): LowbitError {
  return new LowbitError({
    code: 'model-malformed',
    where,
    expected,
    received: typeof received === 'string' ? received : (JSON.stringify(received) ?? 'nothing'),
    remedy,
  });
}

/** The error for weight files that hold fewer bytes than the manifest says. */
export function truncatedError(where: string, expected: number, received: number): LowbitError {
  return new LowbitError({
    code: 'model-truncated',
    where,
    expected: `${expected} bytes of weights`,
    received: `${received}`,
    remedy: 'Copy all weight files of the model again.',
  });
}
