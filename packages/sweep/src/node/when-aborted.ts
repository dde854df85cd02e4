import type { CancelSignal } from '@lowbit/core';

/** Milliseconds within which a cancelled job is stopped. */
const interval = 50;

/** Calls a function once a signal is aborted, whatever it is made of. */
export function whenAborted(signal: CancelSignal | undefined, stop: () => void): { forget(): void } {
  if (signal === undefined) return { forget: () => {} };
  const timer = setInterval(() => {
    if (!signal.aborted) return;
    clearInterval(timer);
    stop();
  }, interval);
  return { forget: () => clearInterval(timer) };
}
