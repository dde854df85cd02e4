import { isLowbitError, type LowbitError } from '@lowbit/core';

/** The LowbitError that `run` throws; anything else fails the test. */
export function caught(run: () => unknown): LowbitError {
  try {
    run();
  } catch (error) {
    if (isLowbitError(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
