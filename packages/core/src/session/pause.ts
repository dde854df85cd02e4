import { LowbitError } from '../errors/error.js';
import type { CancelSignal } from './events.js';

declare function setTimeout(callback: () => void, milliseconds: number): unknown;

/** Lets timers, signals and the page have a turn, then throws `aborted` if the work was cancelled meanwhile. */
export async function pause(signal: CancelSignal | undefined): Promise<void> {
  await new Promise<void>((resolve) => setTimeout(resolve, 0));
  if (signal?.aborted !== true) return;
  throw new LowbitError({ code: 'aborted', where: 'quantize' }, { cause: signal.reason });
}
