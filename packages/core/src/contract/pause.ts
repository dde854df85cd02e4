import { stopIfAborted } from '../errors/stop-if-aborted.js';
import type { CancelSignal } from './events.js';
import type { Steps } from '../scheme/steps.js';

declare function setTimeout(callback: () => void, milliseconds: number): unknown;
declare const setImmediate: ((callback: () => void) => unknown) | undefined;

/** Milliseconds of work that nobody notices: a frame of a page. Pauses take one or more each, which counts for small weights. */
const unnoticed = 16;

/** Lets the event loop turn once; where a host has `setImmediate`, without the millisecond that timers wait at least. */
const nextTurn = () =>
  new Promise<void>((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve);
    else setTimeout(resolve, 0);
  });

/**
 * Work that can be cancelled. Each call lets events, signals and the page have a turn, if the last one was a while ago, and
 * throws `aborted` if the work was cancelled meanwhile.
 *
 * @param where - the work
 */
export function pauses(signal: CancelSignal | undefined, where: string): () => Promise<void> {
  let last = -Infinity;
  return async () => {
    if (Date.now() - last >= unnoticed) {
      await nextTurn();
      last = Date.now();
    }
    stopIfAborted(signal, where);
  };
}

/**
 * Does work in steps, with a pause between two of them wherever the last one was a while ago.
 *
 * @param pause - of {@link pauses}
 * @throws whatever a step or the pause throws.
 */
export async function inTurns<T>(steps: Steps<T>, pause: () => Promise<void>): Promise<T> {
  let last = Date.now();
  for (;;) {
    const next = steps.next();
    if (next.done === true) return next.value;
    // Slices may be millions, and a promise takes longer than some of them.
    if (Date.now() - last < unnoticed) continue;
    await pause();
    last = Date.now();
  }
}
