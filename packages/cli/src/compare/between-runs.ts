import { setImmediate } from 'node:timers/promises';

import { LowbitError } from '@lowbit/core';

/**
 * Lets signals in, which a run on this thread holds up.
 *
 * @throws LowbitError `aborted`.
 */
export async function betweenRuns(signal: AbortSignal): Promise<void> {
  await setImmediate();
  if (signal.aborted) throw new LowbitError({ code: 'aborted', where: 'comparing models' });
}
