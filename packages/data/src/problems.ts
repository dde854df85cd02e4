import { LowbitError, type CancelSignal } from '@lowbit/core';

/** What is wrong with data, besides the place. */
export interface Finding {
  readonly expected?: string;
  readonly received?: string;
  readonly remedy?: string;
}

/** The error `calibration-invalid` at a place: a file, an entry of it, or a line. */
export function invalid(where: string, finding: Finding, cause?: unknown): LowbitError {
  const options = cause === undefined ? undefined : { cause };
  return new LowbitError({ code: 'calibration-invalid', where, ...finding }, options);
}

/** The error `invalid-argument` at an option. */
export function invalidArgument(where: string, finding: Finding): LowbitError {
  return new LowbitError({ code: 'invalid-argument', where, ...finding });
}

/** @throws LowbitError `aborted`. */
export function stopIfAborted(signal: CancelSignal | undefined): void {
  if (signal?.aborted === true) throw new LowbitError({ code: 'aborted', where: 'reading calibration data' });
}
