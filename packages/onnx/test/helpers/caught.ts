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

/** The LowbitError that a promise is rejected with; anything else fails the test. */
export async function caughtLater(promise: Promise<unknown>): Promise<LowbitError> {
  try {
    await promise;
  } catch (error) {
    if (isLowbitError(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
