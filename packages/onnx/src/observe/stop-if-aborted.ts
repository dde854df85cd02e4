import { LowbitError, type CancelSignal } from '@lowbit/core';

/** @throws LowbitError `aborted` when the signal says so. */
export function stopIfAborted(signal: CancelSignal | undefined, where: string): void {
  if (signal?.aborted !== true) return;
  throw new LowbitError({ code: 'aborted', where, expected: 'the runs to finish', received: 'an abort' });
}
