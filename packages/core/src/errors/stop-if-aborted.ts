import { LowbitError, type Problem } from './error.js';

/**
 * Ends work that was cancelled, with the reason of the signal as the cause.
 *
 * @param where - the work
 * @param told - what more the error says
 * @throws LowbitError `aborted`.
 */
export function stopIfAborted(
  signal: { readonly aborted: boolean; readonly reason?: unknown } | undefined,
  where: string,
  told: Pick<Problem, 'expected' | 'received'> = {},
): void {
  if (signal?.aborted !== true) return;
  throw new LowbitError({ code: 'aborted', where, ...told }, { cause: signal.reason });
}
