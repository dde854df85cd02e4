import { LowbitError } from '../errors/error.js';
import type { CancelSignal } from './events.js';

declare function setTimeout(callback: () => void, milliseconds: number): unknown;

/** Milliseconds of work that nobody notices: a frame of a page. Timers take one each, which counts for small weights. */
const unnoticed = 16;

/**
 * Work that can be cancelled. Each call lets timers, signals and the page have a turn, if the last one was a while ago, and
 * throws `aborted` if the work was cancelled meanwhile.
 */
export function pauses(signal: CancelSignal | undefined): () => Promise<void> {
  let last = -Infinity;
  return async () => {
    if (Date.now() - last >= unnoticed) {
      await new Promise<void>((resolve) => setTimeout(resolve, 0));
      last = Date.now();
    }
    if (signal?.aborted !== true) return;
    throw new LowbitError({ code: 'aborted', where: 'quantize' }, { cause: signal.reason });
  };
}
