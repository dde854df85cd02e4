import { stopIfAborted } from '../errors/stop-if-aborted.js';
import type { CancelSignal } from './events.js';

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
