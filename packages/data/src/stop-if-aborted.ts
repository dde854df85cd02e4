import { LowbitError, type CancelSignal } from '@lowbit/core';

/** @throws LowbitError `aborted`. */
export function stopIfAborted(signal: CancelSignal | undefined): void {
  if (signal?.aborted === true) throw new LowbitError({ code: 'aborted', where: 'reading calibration data' });
}
