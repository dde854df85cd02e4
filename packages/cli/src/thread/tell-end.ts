import { LowbitError } from '@lowbit/core';

import { reportFailure } from '../failure.js';
import { wantsJson } from '../output/json.js';
import { clearLine } from '../output/progress.js';

/**
 * Tells why a thread ended that could not tell it itself.
 *
 * @param reason - that it was cancelled, what it threw, or its exit code
 */
export function tellEnd(reason: unknown, argv: readonly string[]): void {
  const { stdout, stderr } = process;
  if (stderr.isTTY) stderr.write(clearLine);
  const error =
    reason === 'cancelled'
      ? new LowbitError({ code: 'aborted', where: ['lowbit', ...argv.slice(0, 1)].join(' ') })
      : typeof reason === 'number'
        ? new Error(`its thread ended with the code ${reason} before the work was done`)
        : reason;
  reportFailure(error, { stdout, stderr, signal: AbortSignal.abort() }, wantsJson(argv));
}
